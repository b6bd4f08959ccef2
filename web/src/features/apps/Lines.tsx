import { memo, useMemo } from "react";
import { Link } from "wouter";
import type { LinkLine } from "@/api/apps";
import { useWords } from "@/i18n";
import { ACTION_ICONS } from "./actions";
import { grouped, parted, partsOf } from "./groups";
import styles from "./Lines.module.css";

/** The lines of a plan: what changes before what stays, each folder by folder of the app. */
export function Lines({ lines, isOld }: { lines: readonly LinkLine[]; isOld: boolean }) {
  const { t } = useWords();
  const { changes, stays } = useMemo(() => parted(lines), [lines]);
  if (lines.length === 0) return <p>{t("web.apps.nothing-here")}</p>;
  return (
    <div className={styles.groups} aria-busy={isOld}>
      {changes.length > 0 && <Groups title={t("web.apps.changes")} lines={changes} />}
      {stays.length > 0 && <Groups title={t("web.apps.stays")} lines={stays} />}
    </div>
  );
}

function Groups({ title, lines }: { title: string; lines: readonly LinkLine[] }) {
  const { t } = useWords();
  const groups = useMemo(() => grouped(lines), [lines]);
  return (
    <>
      <h2 className={styles.title}>{title}</h2>
      {groups.map(({ folder, lines: of }) => (
        <section key={folder} className={styles.group}>
          <header className={styles.head}>
            <h3>
              <code>{folder || "."}</code>
            </h3>
            <p>{t("web.apps.in-folder", { count: of.length })}</p>
          </header>
          <ul>
            {of.map((each) => (
              <Line key={`${each.path}:${each.action}`} line={each} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** One place in the app: what is done there, what it leads to, how and why. */
const Line = memo(function Line({ line }: { line: LinkLine }) {
  const { t, maybe, format } = useWords();
  const Icon = ACTION_ICONS[line.action];
  const why = line.why && (maybe(`links.why.${line.why}`) ?? line.why);
  const drift = line.drift && (maybe(`links.drift.${line.drift}`) ?? line.drift);
  const method = line.method && (maybe(`links.method.${line.method}`) ?? line.method);
  return (
    <li className={styles.line} data-action={line.action}>
      <span className={styles.action}>
        <Icon size={16} aria-hidden />
        {t(`web.apps.action.${line.action}`)}
      </span>
      <div className={styles.words}>
        <p className={styles.place}>{partsOf(line.path).name}</p>
        <p className={styles.source}>
          <span aria-hidden>→</span> <span className="visually-hidden">{t("web.apps.leads-to")}</span>
          {line.name && (
            <>
              <Link href={`/models/${line.model}`}>
                <bdi>{line.name}</bdi>
              </Link>{" "}
            </>
          )}
          <code>{line.to}</code>
        </p>
        {(drift || why) && (
          <p className={styles.why}>
            {[drift, why && `${why}${line.detail ? ` (${line.detail})` : ""}`].filter(Boolean).join(" · ")}
          </p>
        )}
      </div>
      <p className={styles.how}>
        {method && <span>{method}</span>}
        {line.size > 0 && <span className="tabular">{format.bytes(line.size)}</span>}
      </p>
    </li>
  );
});
