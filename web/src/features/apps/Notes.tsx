import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { useWords } from "@/i18n";
import styles from "./Notes.module.css";
import type { Note } from "./stand";

const ICONS = { ok: CircleCheck, info: Info, warn: TriangleAlert, bad: CircleAlert };

/** How an app stands, note by note. */
export function Notes({ notes }: { notes: readonly Note[] }) {
  const { t } = useWords();
  return (
    <ul className={styles.notes}>
      {notes.map(({ key, tone, facts }) => {
        const Icon = ICONS[tone];
        return (
          <li key={key} data-tone={tone}>
            <Icon size={18} aria-hidden />
            <span>{t(key, facts)}</span>
          </li>
        );
      })}
    </ul>
  );
}
