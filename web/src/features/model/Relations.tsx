import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { relationsQuery } from "@/api/record";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { Chip } from "@/ui/Chip";
import styles from "./Rows.module.css";
import { Section } from "./Section";
import { Get } from "./Versions";

/** What a relation calls the other model, as well as that can be told. */
function nameOf(ref: unknown): string {
  if (typeof ref === "string") return ref;
  const told = (ref ?? {}) as Record<string, unknown>;
  const found = [told.name, told.url, told.model_id, told.version_id, told.sha256].find(Boolean);
  return String(found ?? "…");
}

/** What a model needs or comes from, and what needs it. */
export function Relations({ id }: { id: string }) {
  const { t, maybe } = useWords();
  const labels = useLabels();
  const { data } = useQuery(relationsQuery(id));
  if (!data || data.relations.length + data.incoming.length === 0) return null;
  const words = (direction: "is" | "of", type: string) => maybe(`web.model.relations-${direction}.${type}`) ?? type;
  return (
    <Section title={t("web.model.relations")}>
      <ul className={styles.rows}>
        {data.relations.map((each, at) => {
          const here = each.models[0] ?? each.other_versions[0];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a relation has no name of its own
            <li key={at}>
              <div className={styles.words}>
                <span>{words("is", each.type)}</span>
                {here ? (
                  <Link href={`/models/${here.id}`}>{here.name}</Link>
                ) : (
                  <span className={styles.name}>{nameOf(each.ref)}</span>
                )}
                {!each.models[0] && here && <span>{t("web.model.other-version")}</span>}
              </div>
              {here && <Chip>{labels.kind(here.kind)}</Chip>}
              {each.missing && each.get && <Get link={each.get} name={nameOf(each.ref)} />}
            </li>
          );
        })}
        {data.incoming.map(({ type, model }) => (
          <li key={`${type}:${model.id}`}>
            <div className={styles.words}>
              <span>{words("of", type)}</span>
              <Link href={`/models/${model.id}`}>{model.name}</Link>
            </div>
            <Chip>{labels.kind(model.kind)}</Chip>
          </li>
        ))}
      </ul>
    </Section>
  );
}
