import { useQuery } from "@tanstack/react-query";
import { CircleAlert, ExternalLink } from "lucide-react";
import { type KnownApp, shelfQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { Chip } from "@/ui/Chip";
import { isPage } from "@/ui/Remedies";
import styles from "./KnownApps.module.css";

/** Each app once, though it has several mapping files. */
function once(known: readonly KnownApp[]): KnownApp[] {
  const apps = new Map<string, KnownApp>();
  for (const each of known) {
    const other = apps.get(each.app);
    apps.set(each.app, other ? { ...other, own: other.own || each.own } : each);
  }
  return [...apps.values()].sort((one, other) => one.title.localeCompare(other.title));
}

/** What can be added, what cannot and why, and what is wrong with mapping files. */
export function KnownApps() {
  const { t, maybe } = useWords();
  const { data: shelf } = useQuery(shelfQuery);
  if (!shelf) return null;
  const known = once(shelf.apps);
  const refused = known.filter((each) => each.support === "none");
  return (
    <div className={styles.known}>
      <section>
        <h3>{t("web.apps.known")}</h3>
        <ul className={styles.names}>
          {known
            .filter((each) => each.support === "links")
            .map((each) => (
              <li key={each.app}>
                <Name app={each} />
              </li>
            ))}
        </ul>
      </section>
      {refused.length > 0 && (
        <section>
          <h3>{t("web.apps.none-of")}</h3>
          <ul className={styles.refused}>
            {refused.map((each) => (
              <li key={each.app}>
                <Name app={each} />
                <span>{maybe(`apps.refused.${each.why}`) ?? each.why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {shelf.faults.length > 0 && (
        <section>
          <h3>{t("web.apps.faults")}</h3>
          <ul className={styles.faults}>
            {shelf.faults.map((each) => (
              <li key={each.file}>
                <CircleAlert size={18} aria-hidden />
                <span>{each.error}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Name({ app }: { app: KnownApp }) {
  const { t } = useWords();
  return (
    <span className={styles.name}>
      {isPage(app.homepage) ? (
        <a
          href={app.homepage}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t("web.apps.homepage", { title: app.title })}
        >
          {app.title} <ExternalLink size={14} aria-hidden />
        </a>
      ) : (
        app.title
      )}
      {app.own && <Chip>{t("web.apps.own")}</Chip>}
    </span>
  );
}
