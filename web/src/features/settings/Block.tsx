import { type ReactNode, useId } from "react";
import styles from "./Block.module.css";

interface BlockProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** The part of the address after # that leads here. */
  anchor?: string;
  children?: ReactNode;
}

/** One subject of a section: its name, a word about it, what can be done, its content. */
export function Block({ title, lead, actions, anchor, children }: BlockProps) {
  const id = useId();
  return (
    <section id={anchor} aria-labelledby={id} className={styles.block}>
      <header className={styles.head}>
        <div className={styles.words}>
          <h3 id={id}>{title}</h3>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
