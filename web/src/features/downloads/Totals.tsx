import { type Download, WORKING } from "@/api/downloads";
import { useTotals } from "@/api/progress";
import { useWords } from "@/i18n";
import styles from "./DownloadsPage.module.css";

/** How many run and wait, how fast everything comes together, and how long it still takes. */
export function Totals({ downloads }: { downloads: readonly Download[] }) {
  const { t, format } = useWords();
  const { speed, left } = useTotals();
  const running = downloads.filter((each) => WORKING.has(each.state)).length;
  const waiting = downloads.length - running;
  if (!downloads.length) return <span className={styles.totals}>{t("web.downloads.none")}</span>;
  const parts = [
    running && t("web.downloads.running", { count: running }),
    waiting && t("web.downloads.waiting", { count: waiting }),
    speed > 0 && format.speed(speed),
    speed > 0 && left > 0 && t("web.downloads.left", { left: format.span(left / speed) }),
  ];
  return <span className={styles.totals}>{parts.filter(Boolean).join(" · ")}</span>;
}
