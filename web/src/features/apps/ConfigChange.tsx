import { useMemo } from "react";
import type { Plan } from "@/api/apps";
import { useWords } from "@/i18n";
import styles from "./ConfigChange.module.css";
import { diffOf } from "./diff";

/** What becomes of an app's own configuration: its lines before and after. */
export function ConfigChange({ change }: { change: NonNullable<Plan["config"]> }) {
  const { t } = useWords();
  const before = change.before ?? "";
  const isSame = before === change.after;
  const parts = useMemo(() => diffOf(before, change.after), [before, change.after]);
  return (
    <figure className={styles.config}>
      <figcaption>
        <h2>{isSame ? t("web.apps.config-same") : t("web.apps.config-file")}</h2>
        <p>
          <code>{change.file}</code>
        </p>
        {!isSame && <p>{change.before === null ? t("web.apps.config-new") : t("web.apps.config-kept")}</p>}
      </figcaption>
      {!isSame && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className={styles.diff} tabIndex={0} aria-label={t("web.apps.config-file")}>
          <pre>
            {parts.map((each, at) =>
              "skipped" in each ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
                <span key={at} className={styles.rest}>
                  {`⋯ ${t("web.apps.config-skip", { count: each.skipped })}\n`}
                </span>
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
                <span key={at} data-sign={each.sign}>
                  {each.sign !== " " && (
                    <span className="visually-hidden">
                      {`${t(each.sign === "+" ? "web.apps.config-added" : "web.apps.config-gone")}: `}
                    </span>
                  )}
                  <span aria-hidden>{each.sign}</span> {`${each.text}\n`}
                </span>
              ),
            )}
          </pre>
        </section>
      )}
      {change.mixed.length > 0 && (
        <details>
          <summary>{t("web.apps.mixed", { count: change.mixed.length })}</summary>
          <ul>
            {change.mixed.slice(0, MOST).map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
            {change.mixed.length > MOST && <li>{t("web.apps.and-more", { count: change.mixed.length - MOST })}</li>}
          </ul>
        </details>
      )}
    </figure>
  );
}

const MOST = 200;
