import styles from "./Progress.module.css";

interface ProgressProps {
  label: string;
  /** Of 1; undefined while nobody knows. */
  value?: number | undefined;
  /** The state in words, for those who hear it. */
  text?: string;
  tone?: "accent" | "ok" | "bad" | "warn" | "still";
}

/** How far something is. It is no live region: a reader asks it. */
export function Progress({ label, value, text, tone = "accent" }: ProgressProps) {
  const known = value !== undefined;
  const percent = known ? Math.min(100, Math.max(0, value * 100)) : undefined;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === undefined ? undefined : Math.round(percent)}
      aria-valuetext={text}
      data-tone={tone}
      data-unknown={known ? undefined : true}
      className={styles.track}
    >
      <div className={styles.bar} ref={(bar) => bar?.style.setProperty("--at", `${percent ?? 30}%`)} />
    </div>
  );
}
