import { type ComponentType, useId } from "react";
import styles from "./Radios.module.css";

export interface RadioChoice {
  value: string;
  words: string;
  /** The language of the words, where it is not the page's. */
  lang?: string;
  icon?: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
}

interface RadiosProps {
  label: string;
  help?: React.ReactNode;
  /** The label is read out but not shown. */
  bare?: boolean;
  choices: readonly RadioChoice[];
  value: string;
  disabled?: boolean | undefined;
  onChange: (value: string) => void;
}

/** One of a few, all of them in sight: arrow keys walk, as with every group of radio buttons. */
export function Radios({ label, help, bare, choices, value, disabled, onChange }: RadiosProps) {
  const name = useId();
  return (
    <fieldset className={styles.group} disabled={disabled} aria-describedby={help ? `${name}-help` : undefined}>
      <legend className={bare ? "visually-hidden" : styles.label}>{label}</legend>
      <div className={styles.row}>
        {choices.map(({ value: each, words, lang, icon: Icon }) => (
          <label key={each} className={styles.choice}>
            <input
              type="radio"
              className={styles.input}
              name={name}
              value={each}
              checked={each === value}
              onChange={() => onChange(each)}
            />
            {Icon && <Icon size={16} aria-hidden />}
            <span lang={lang}>{words}</span>
          </label>
        ))}
      </div>
      {help && (
        <p id={`${name}-help`} className={styles.help}>
          {help}
        </p>
      )}
    </fieldset>
  );
}
