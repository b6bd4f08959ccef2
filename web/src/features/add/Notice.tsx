import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./LinkCard.module.css";

/** What is wrong or wants attention, what to do, and buttons that help. */
export function Notice({
  tone,
  sentence,
  hint,
  children,
}: {
  tone: "bad" | "warn";
  sentence: string;
  hint?: string;
  children?: ReactNode;
}) {
  const Icon = tone === "bad" ? CircleAlert : TriangleAlert;
  return (
    <div className={styles.notice} data-tone={tone}>
      <Icon size={18} aria-hidden />
      <div className={styles.noticeText}>
        <p className={styles.strong}>{sentence}</p>
        {hint && <p>{hint}</p>}
        <div className={styles.buttons}>{children}</div>
      </div>
    </div>
  );
}
