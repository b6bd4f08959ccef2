import { CopyCheck } from "lucide-react";
import { useId } from "react";
import { Link } from "wouter";
import type { Preview } from "@/api/downloads";
import { useWords } from "@/i18n";
import styles from "./LinkCard.module.css";
import type { Choice } from "./offers";

const WAYS = ["skip", "overwrite", "link"] as const;

interface DuplicateChoiceProps {
  known: Preview["duplicates"];
  chosen: Choice["duplicate"];
  onChoose: (way: Choice["duplicate"]) => void;
  onLeave: () => void;
}

/** The library has it already: leave it at that, fetch it anew, or give it a second place. */
export function DuplicateChoice({ known, chosen, onChoose, onLeave }: DuplicateChoiceProps) {
  const { t } = useWords();
  const name = useId();
  const [first] = known;
  if (!first) return null;
  return (
    <fieldset className={styles.notice} data-tone="info">
      <legend className="visually-hidden">{t("web.add.known", { name: first.name })}</legend>
      <CopyCheck size={18} aria-hidden />
      <div className={styles.noticeText}>
        <p className={styles.strong}>
          {t("web.add.known", { name: first.name })}{" "}
          <Link href={`/models/${first.id}`} onClick={onLeave}>
            {t("web.add.known-show")}
          </Link>
        </p>
        <div className={styles.ways}>
          {WAYS.map((way) => (
            <label key={way} className={styles.option}>
              <input type="radio" name={name} checked={chosen === way} onChange={() => onChoose(way)} />
              <span>{t(`web.add.known-${way}`)}</span>
            </label>
          ))}
        </div>
      </div>
    </fieldset>
  );
}
