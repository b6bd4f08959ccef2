import type { Download } from "@/api/downloads";
import { useLabels } from "@/lib/labels";
import { useSourceName } from "@/ui/Source";

/** What a link may be called until its source has said more: its file, or its path. */
export function shortOf(link: string): string {
  if (!URL.canParse(link)) return link;
  const { host, pathname } = new URL(link);
  const path = decodeURI(pathname).replace(/^\/|\/$/g, "");
  const file = path.split("/").at(-1) ?? "";
  return /\.\w+$/.test(file) ? file : path || host;
}

/** What a download is called, and in a line what it is and where it comes from. */
export function useMeta(download: Download): { name: string; meta: string } {
  const labels = useLabels();
  const sourceName = useSourceName();
  const { kind, base_model, source, link, page_url } = download;
  const parts = [kind && labels.kind(kind), base_model, sourceName(source, page_url ?? link)];
  return { name: download.name ?? shortOf(link), meta: parts.filter(Boolean).join(" · ") };
}
