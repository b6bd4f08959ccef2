import { useId, useState } from "react";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import styles from "./LinkCard.module.css";
import type { Offer } from "./offers";

const FEW = 8;

interface FileChoiceProps {
  offers: readonly Offer[];
  /** The patterns that are ticked. */
  chosen: readonly string[];
  /** How many files the source itself would bring; 0 where it leaves the choice to people. */
  usual: number;
  onChoose: (files: string[] | undefined) => void;
}

/** Which of several files: each one that is ticked becomes a model of its own. */
export function FileChoice({ offers, chosen, usual, onChoose }: FileChoiceProps) {
  const { t, format } = useWords();
  const [isLong, setLong] = useState(false);
  const help = useId();
  const shown = isLong ? offers : offers.filter((each, at) => at < FEW || chosen.includes(each.pattern));
  const told = chosen.length > 1 ? t("web.add.files-each") : chosen.length ? "" : t("web.add.files-none");
  const toggle = (pattern: string) =>
    onChoose(chosen.includes(pattern) ? chosen.filter((each) => each !== pattern) : [...chosen, pattern]);
  return (
    <fieldset className={styles.choice} aria-describedby={help}>
      <legend>{t("web.add.files")}</legend>
      {usual > 1 && (
        <label className={styles.option}>
          <input type="checkbox" checked={!chosen.length} onChange={() => onChoose(undefined)} />
          <span className={styles.optionName}>{t("web.add.files-usual", { count: usual })}</span>
        </label>
      )}
      {shown.map((each) => (
        <label key={each.pattern} className={styles.option}>
          <input type="checkbox" checked={chosen.includes(each.pattern)} onChange={() => toggle(each.pattern)} />
          <span className={styles.optionName} title={each.name}>
            {each.name}
          </span>
          {each.traits.length > 0 && <span className={styles.traits}>{each.traits.join(" · ")}</span>}
          <span className={styles.size}>
            {each.size === null ? t("web.add.size-unknown") : format.bytes(each.size)}
          </span>
        </label>
      ))}
      {shown.length < offers.length && (
        <Button look="quiet" small onClick={() => setLong(true)}>
          {t("web.add.files-all", { count: offers.length })}
        </Button>
      )}
      <p id={help} className={styles.help}>
        {usual > 1 && !chosen.length ? "" : told}
      </p>
    </fieldset>
  );
}
