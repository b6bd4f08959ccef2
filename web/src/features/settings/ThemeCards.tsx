import { useId } from "react";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { THEMES } from "@/lib/theme";
import styles from "./ThemeCards.module.css";

interface ThemeCardsProps {
  label: string;
  value: string;
  disabled?: boolean;
  onChange: (theme: string) => void;
}

/** The themes, each with a small picture of itself in its own colours. */
export function ThemeCards({ label, value, disabled, onChange }: ThemeCardsProps) {
  const { t } = useWords();
  const name = useId();
  return (
    <fieldset className={styles.group} disabled={disabled}>
      <legend>{label}</legend>
      <div className={styles.cards}>
        {THEMES.map((theme) => (
          <label key={theme} className={styles.card}>
            <span className={styles.picture} aria-hidden>
              {theme === "system" ? (
                <>
                  <Miniature theme="light" />
                  <Miniature theme="dark" />
                </>
              ) : (
                <Miniature theme={theme} />
              )}
            </span>
            <span className={styles.name}>
              <input
                type="radio"
                name={name}
                value={theme}
                checked={theme === value}
                onChange={() => onChange(theme)}
              />
              {t(`web.settings.themes.${theme}` as Key)}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The page in small: the tokens of a theme hold for everything inside. */
function Miniature({ theme }: { theme: string }) {
  return (
    <span className={styles.mini} data-theme={theme}>
      <span className={styles.nav} />
      <span className={styles.wall}>
        <span className={styles.bar} />
        <span className={styles.tile} />
        <span className={styles.tile} />
        <span className={styles.tile} />
      </span>
    </span>
  );
}
