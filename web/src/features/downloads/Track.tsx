import type { Download } from "@/api/downloads";
import { useProgress } from "@/api/progress";
import { useWords } from "@/i18n";
import styles from "./Track.module.css";

const STEPS = ["describe", "fetch", "verify", "identify", "place", "register", "link"] as const;
const BROKEN = new Set(["failed", "quarantined"]);

/** The seven steps: which are behind it, which it is at, which are to come. */
export function Track({ download }: { download: Download }) {
  const { t, maybe } = useWords();
  const moving = useProgress(download.id)?.step;
  const name = moving ?? download.step ?? undefined;
  const at = STEPS.indexOf(name as (typeof STEPS)[number]);
  const isDone = download.state === "done";
  const isBroken = BROKEN.has(download.state);
  const told = isDone
    ? t("web.downloads.steps-done")
    : at < 0
      ? t("web.downloads.steps-none")
      : t("web.downloads.step", { at: at + 1, of: STEPS.length, name: maybe(`steps.${name}`) ?? name });
  const stateOf = (step: number) => {
    if (isDone || step < at) return "done";
    return step === at ? (isBroken ? "broken" : "now") : "ahead";
  };
  return (
    <span role="img" aria-label={told} title={told} className={styles.track}>
      {STEPS.map((step, number) => (
        <span key={step} data-state={stateOf(number)} />
      ))}
    </span>
  );
}
