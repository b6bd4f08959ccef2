import type { ComponentType, ReactNode } from "react";
import styles from "./Chip.module.css";

type Icon = ComponentType<{ size?: number; "aria-hidden"?: boolean }>;

/** A word or two about something; a tone never speaks alone, the words do. */
export function Chip({
  tone,
  icon: Icon,
  children,
}: {
  tone?: "ok" | "warn" | "bad" | "info";
  icon?: Icon;
  children: ReactNode;
}) {
  return (
    <span className={styles.chip} data-tone={tone}>
      {Icon && <Icon size={14} aria-hidden />}
      {children}
    </span>
  );
}
