import { Copy } from "lucide-react";
import { useMemo } from "react";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { Button } from "@/ui/Button";
import { useCopy } from "@/ui/useCopy";
import { Section } from "./Section";
import styles from "./Words.module.css";

/** The words that a model listens to; a click copies one, or all of them. */
export function TriggerWords({ words }: { words: readonly string[] }) {
  const { t } = useWords();
  const copy = useCopy();
  const all = words.join(", ");
  useActions(
    useMemo<Action[]>(
      () => [
        {
          id: "model:words",
          name: "web.library.copy-words",
          group: "page",
          icon: Copy,
          shortcut: "c",
          when: () => all !== "",
          run: () => void copy(all),
        },
      ],
      [all, copy],
    ),
  );
  if (words.length === 0) return null;
  return (
    <Section
      title={t("web.library.words")}
      actions={
        words.length > 1 && (
          <Button small look="quiet" icon={Copy} onClick={() => void copy(all)}>
            {t("web.model.copy-all")}
          </Button>
        )
      }
    >
      <ul className={styles.words}>
        {words.map((word) => (
          <li key={word}>
            <button
              type="button"
              className={styles.word}
              title={t("web.model.copy", { what: word })}
              onClick={() => void copy(word, word)}
            >
              <bdi>{word}</bdi>
              <Copy size={14} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
