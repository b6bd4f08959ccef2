import type { ComponentType, ReactNode } from "react";
import { useWords } from "@/i18n";
import { Button } from "./Button";
import { problemIn } from "./problem";
import styles from "./State.module.css";

interface StateProps {
  icon?: ComponentType<{ size?: number; strokeWidth?: number; "aria-hidden"?: boolean }>;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  tone?: "bad";
}

/** What a place shows when it has nothing else: why it is empty, and what to do. */
export function State({ icon: Icon, title, children, actions, tone }: StateProps) {
  return (
    <div className={styles.state} data-tone={tone}>
      {Icon && <Icon size={40} strokeWidth={1.5} aria-hidden />}
      <h2>{title}</h2>
      {children && <div className={styles.text}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** Something failed: what happened, what to do, and trying again. */
export function Failure({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { t } = useWords();
  const told = useProblem(problem);
  return (
    <div role="alert">
      <State tone="bad" title={told.sentence} actions={retry && <Button onClick={retry}>{t("web.app.retry")}</Button>}>
        <p>{told.hint}</p>
      </State>
    </div>
  );
}

/** A problem in words: what happened and what to do. */
export const useProblem = (problem: unknown): { sentence: string; hint: string } => problemIn(useWords(), problem);
