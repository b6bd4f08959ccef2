import { useQuery } from "@tanstack/react-query";
import { Check, Download } from "lucide-react";
import { Link } from "wouter";
import { versionsQuery } from "@/api/record";
import { useWords } from "@/i18n";
import { openAdd } from "@/lib/adding";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import styles from "./Rows.module.css";
import { Section } from "./Section";

/** The versions of the same model: those that are here, and those that can be had. */
export function Versions({ id }: { id: string }) {
  const { t, format } = useWords();
  const { data } = useQuery(versionsQuery(id));
  if (!data || data.items.length + data.missing.length < 2) return null;
  const about = (base: string | null | undefined, at: string | null | undefined) =>
    [base, at && format.day(at)].filter(Boolean).join(" · ");
  return (
    <Section title={t("web.model.versions")}>
      <ul className={styles.rows}>
        {data.items.map((each) => (
          <li key={each.id} aria-current={each.id === id ? "true" : undefined}>
            <div className={styles.words}>
              {each.id === id ? (
                <strong>{each.version ?? each.name}</strong>
              ) : (
                <Link href={`/models/${each.id}`}>{each.version ?? each.name}</Link>
              )}
              <span>{about(each.base_model, each.published_at)}</span>
            </div>
            {each.newest && <Chip>{t("web.model.newest")}</Chip>}
            <Chip tone="ok" icon={Check}>
              {each.id === id ? t("web.model.this-one") : t("web.model.in-library")}
            </Chip>
          </li>
        ))}
        {data.missing.map((each) => (
          <li key={each.key}>
            <div className={styles.words}>
              <span className={styles.name}>{each.name ?? each.version_id}</span>
              <span>{about(each.base_model, each.published_at)}</span>
            </div>
            {each.newest && <Chip tone="info">{t("web.model.newest")}</Chip>}
            {each.get && <Get link={each.get} name={each.name ?? each.version_id} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Opens the sheet that adds models, with the link filled in. */
export function Get({ link, name }: { link: string; name: string }) {
  const { t } = useWords();
  return (
    <Button small icon={Download} aria-label={t("web.model.get-it", { name })} onClick={() => openAdd({ text: link })}>
      {t("web.model.get")}
    </Button>
  );
}
