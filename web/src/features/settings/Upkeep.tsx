import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Block } from "./Block";
import styles from "./Upkeep.module.css";
import type { useTending } from "./useTending";

/** Long work of the whole library that is rarely needed. */
export function Upkeep({ begin }: { begin: ReturnType<typeof useTending>["begin"] }) {
  const { t } = useWords();
  return (
    <Block title={t("web.settings.upkeep")} anchor="upkeep">
      <ul className={styles.list}>
        {(["hash", "rebuild"] as const).map((work) => (
          <li key={work} className={styles.row}>
            <div className={styles.words}>
              <p>
                <strong>{t(`web.settings.${work}`)}</strong>
              </p>
              <p className={styles.text}>{t(`web.settings.${work}-text`)}</p>
            </div>
            <Button
              aria-label={t("web.settings.start-name", { name: t(`web.settings.${work}`) })}
              onClick={() => void begin(work)}
            >
              {t("web.settings.start")}
            </Button>
          </li>
        ))}
      </ul>
    </Block>
  );
}
