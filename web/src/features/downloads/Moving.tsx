import type { Download } from "@/api/downloads";
import { useProgress } from "@/api/progress";
import { useWords } from "@/i18n";
import { Progress } from "@/ui/Progress";
import styles from "./Row.module.css";
import { Track } from "./Track";

/** What moves in a row: it alone is drawn anew when bytes come. */
export function Moving({ download, label }: { download: Download; label: string }) {
  const { t, maybe, format } = useWords();
  const told = useProgress(download.id);
  const { state } = download;
  const bytes = Math.max(told?.bytes ?? 0, download.bytes);
  const total = told?.total ?? download.total ?? undefined;
  const isFetching = state === "fetching";
  const amount =
    total !== undefined
      ? t("web.downloads.amount", { done: format.bytes(bytes), all: format.bytes(total) })
      : bytes
        ? format.bytes(bytes)
        : "";
  const speed = isFetching && told?.speed ? format.speed(told.speed) : "";
  const left = isFetching && told?.eta != null ? format.span(told.eta) : "";
  const isKnown = state !== "describing" && total !== undefined && total > 0;
  const word = maybe(`states.${state}`) ?? state;
  return (
    <>
      <div className={styles.progress}>
        <div className={styles.above}>
          <Track download={download} />
          <span className={styles.word}>{word}</span>
          <span className={styles.amount}>{amount}</span>
        </div>
        <Progress
          label={label}
          value={
            isKnown ? bytes / total : state === "queued" || state === "waiting" || state === "paused" ? 0 : undefined
          }
          text={[word, amount, speed, left && t("web.downloads.left", { left })].filter(Boolean).join(", ")}
          tone={isFetching || state === "describing" ? "accent" : (TONES[state] ?? "still")}
        />
      </div>
      <span className={styles.speed}>{speed}</span>
      <span className={styles.left}>{left}</span>
    </>
  );
}

const TONES: Partial<Record<Download["state"], "ok" | "bad" | "warn" | "accent">> = {
  verifying: "ok",
  placing: "ok",
  done: "ok",
  failed: "bad",
  quarantined: "bad",
  review: "ok",
};
