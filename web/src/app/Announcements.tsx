import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { type Download, isJustBegun } from "@/api/downloads";
import { onEvent } from "@/api/events";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { tellOutside } from "@/lib/notify";
import { toast } from "@/lib/toasts";
import { useTold } from "@/ui/Remedies";
import { type Happening, makeTeller } from "./happenings";

/** Tells on every page that downloads begin, end, fail or ask something; what comes at once is told together. */
export function Announcements() {
  const { t } = useWords();
  const explain = useTold();
  const [path, go] = useLocation();
  const now = useRef({ t, explain, path, go });
  now.current = { t, explain, path, go };
  useEffect(() => {
    const teller = makeTeller({
      isQuiet: (id) => isJustBegun(id) && now.current.path === "/downloads",
      tell: (what, downloads) => show(what, downloads, now.current),
    });
    const stop = onEvent((event) => {
      if (event.type === "download-changed") teller.hear(event.download);
    });
    return () => {
      stop();
      teller.stop();
    };
  }, []);
  return null;
}

interface Told {
  t: ReturnType<typeof useWords>["t"];
  explain: ReturnType<typeof useTold>;
  go: (path: string) => void;
}

const nameOf = (download: Download) => download.name ?? download.link;

/** One is told by its name, several by their number. */
function show(what: Happening, downloads: readonly Download[], { t, explain, go }: Told): void {
  const [first] = downloads;
  if (!first) return;
  const count = downloads.length;
  const text = count === 1 ? t(`web.news.${what}`, { name: nameOf(first) }) : t(`web.news.${what}-many`, { count });
  if (what === "started") {
    announce(text);
    return;
  }
  const model = what === "done" && count === 1 ? first.model_id : undefined;
  const to = model ? `/models/${model}` : "/downloads";
  const reason = count === 1 && what === "failed" ? first.reason : undefined;
  const detail = reason ? explain(reason.code, reason.facts).sentence : undefined;
  const tone = { done: "ok", failed: "bad", asks: "info" } as const;
  toast({ text, detail, tone: tone[what], action: { label: t("web.news.show"), run: () => go(to) } });
  tellOutside(text, detail ?? "", `modella-${what}`, () => go(to));
}
