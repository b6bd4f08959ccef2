/** What happens to downloads and is worth a word; several at once are one piece of news. */

import type { Download, DownloadState } from "@/api/downloads";

export type Happening = "started" | "done" | "failed" | "asks";

const TOGETHER = 1000;

interface Ears {
  /** Whether a failure of this download is seen where it happens, so that nothing needs to be said. */
  isQuiet: (id: string) => boolean;
  tell: (what: Happening, downloads: readonly Download[]) => void;
}

/** What a change means; nothing for those that only go on. */
export function happeningOf(download: Download, before: DownloadState | undefined): Happening | undefined {
  const { state, reason } = download;
  if (state === before) return undefined;
  if (state === "done") return "done";
  if (state === "failed" || state === "quarantined") return "failed";
  if (state === "review" || (state === "waiting" && reason?.code === "duplicate")) return "asks";
  // When it is fetched it has its name; one that goes on has begun long ago.
  return state === "fetching" && before !== "verifying" && download.bytes === 0 ? "started" : undefined;
}

/** Hears every change, gathers for a moment, and tells. */
export function makeTeller({ isQuiet, tell }: Ears) {
  const states = new Map<string, DownloadState>();
  const heard = new Map<Happening, Map<string, Download>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  function flush() {
    timer = undefined;
    const news = [...heard];
    heard.clear();
    for (const [what, downloads] of news) tell(what, [...downloads.values()]);
  }
  return {
    hear(download: Download) {
      const what = happeningOf(download, states.get(download.id));
      // Nobody asked for what is placed out of nowhere: the sample library of the demo comes like that.
      const isSample = download.state === "placing" && !states.has(download.id);
      states.set(download.id, isSample ? "done" : download.state);
      if (!what || (what === "failed" && isQuiet(download.id))) return;
      // What ended before anybody heard that it began is told once.
      if (what !== "started") heard.get("started")?.delete(download.id);
      const all = heard.get(what) ?? new Map<string, Download>();
      heard.set(what, all.set(download.id, download));
      timer ??= setTimeout(flush, TOGETHER);
    },
    stop: () => clearTimeout(timer),
  };
}
