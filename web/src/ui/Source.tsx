import { FileUp, Globe, Hexagon, Smile } from "lucide-react";
import { useWords } from "@/i18n";

const ICONS = { civitai: Hexagon, huggingface: Smile, url: Globe, file: FileUp };
const NAMES: Record<string, string> = { civitai: "Civitai", huggingface: "Hugging Face" };

/** The sign of a source; its name stands beside it or is read out. */
export function SourceIcon({ source, size = 16 }: { source: string; size?: number }) {
  const Icon = ICONS[source as keyof typeof ICONS] ?? Globe;
  return <Icon size={size} aria-hidden />;
}

/** A source as people call it: by its name, or by the host of the link. */
export function useSourceName(): (source: string, link?: string | null) => string {
  const { t } = useWords();
  return (source, link) => NAMES[source] ?? (link && URL.canParse(link) ? new URL(link).host : t("web.app.web"));
}
