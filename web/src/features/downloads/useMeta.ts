import type { Download } from "@/api/downloads";
import { useLabels } from "@/lib/labels";
import { useSourceName } from "@/ui/Source";

/** What a download is called, and in a line what it is and where it comes from. */
export function useMeta(download: Download): { name: string; meta: string } {
  const labels = useLabels();
  const sourceName = useSourceName();
  const { kind, base_model, source, link, page_url } = download;
  const parts = [kind && labels.kind(kind), base_model, sourceName(source, page_url ?? link)];
  return { name: download.name ?? link, meta: parts.filter(Boolean).join(" · ") };
}
