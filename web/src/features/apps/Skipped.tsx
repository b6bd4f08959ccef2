import { useState } from "react";
import { Link } from "wouter";
import type { Plan } from "@/api/apps";
import { useWords } from "@/i18n";
import { byReason } from "./groups";
import styles from "./Skipped.module.css";

/** The models that an app does not get: counted by reason, named when one looks. */
export function Skipped({ skipped, reasons }: Pick<Plan, "skipped" | "reasons">) {
  const { t, maybe, format } = useWords();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const named = new Map(byReason(skipped));
  const counted = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  const count = counted.reduce((sum, [, each]) => sum + each, 0);
  return (
    <section className={styles.skipped} aria-label={t("web.apps.skipped", { count })}>
      <h2>{t("web.apps.skipped", { count })}</h2>
      {counted.map(([why, of]) => {
        const models = named.get(why) ?? [];
        return (
          <details
            key={why}
            onToggle={(event) => {
              const next = new Set(open);
              if (event.currentTarget.open) next.add(why);
              else next.delete(why);
              setOpen(next);
            }}
          >
            <summary>
              <span className="tabular">{format.number(of)}</span> {maybe(`links.skipped.${why}`) ?? why}
            </summary>
            {open.has(why) && (
              <ul>
                {models.map((each) => (
                  <li key={each.model}>
                    <Link href={`/models/${each.model}`}>
                      <bdi>{each.name}</bdi>
                    </Link>
                  </li>
                ))}
                {of > models.length && <li>{t("web.apps.and-more", { count: of - models.length })}</li>}
              </ul>
            )}
          </details>
        );
      })}
    </section>
  );
}
