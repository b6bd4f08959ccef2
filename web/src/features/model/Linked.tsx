import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { appsQuery, modelLinksQuery } from "@/api/apps";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { LinkedIn } from "./LinkedIn";
import rows from "./Rows.module.css";
import { Section } from "./Section";
import type { Change } from "./useRecordEdit";
import words from "./Words.module.css";

/** Where a model is linked, app by app, and where it is not, why. */
export default function Linked({ record, change }: { record: ModelRecord; change: Change }) {
  const { t } = useWords();
  const { data: apps } = useQuery(appsQuery);
  const { data: links } = useQuery({ ...modelLinksQuery(record.id), enabled: Boolean(apps?.length) });
  if (!apps || (apps.length > 0 && !links)) return null;
  return (
    <Section title={t("web.model.linked")}>
      {apps.length === 0 ? (
        <p className={words.none}>
          {t("web.model.linked-none")}{" "}
          <Link href="/apps" className="target">
            {t("web.apps.title")}
          </Link>
        </p>
      ) : (
        <ul className={rows.rows}>
          {links?.map((each) => (
            <LinkedIn
              key={each.app}
              told={each}
              app={apps.find((app) => app.id === each.app)}
              record={record}
              change={change}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}
