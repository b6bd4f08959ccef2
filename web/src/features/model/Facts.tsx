import { ExternalLink, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useFamilyName } from "@/api/about";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { levelName } from "@/lib/nsfw";
import styles from "./Facts.module.css";
import { termsOf } from "./licence";
import { Section } from "./Section";

/** Where the library shows everything that is alike in this. */
function Alike({ facet, value, children }: { facet: string; value: string; children: ReactNode }) {
  return <Link href={`/library?${new URLSearchParams({ [facet]: value })}`}>{children}</Link>;
}

/** What is known of a model, fact by fact; those that others share lead to them. */
export function Facts({ record }: { record: ModelRecord }) {
  const { t, maybe, format } = useWords();
  const labels = useLabels();
  const familyName = useFamilyName();
  const sources = record.sources ?? [];
  const terms = termsOf(record.license ?? {}, maybe);
  const size = record.files.reduce((sum, file) => sum + file.size, 0);
  const level = record.nsfw_level ? levelName(record.nsfw_level) : undefined;
  const rows: [string, ReactNode][] = [
    [
      labels.facet("kind"),
      <Alike key="" facet="kind" value={record.kind}>
        {labels.kind(record.kind)}
      </Alike>,
    ],
    [
      labels.facet("family"),
      record.family && (
        <Alike facet="family" value={record.family}>
          <bdi>{familyName(record.family)}</bdi>
        </Alike>
      ),
    ],
    [
      labels.facet("base_model"),
      record.base_model && (
        <Alike facet="base_model" value={record.base_model}>
          <bdi>{record.base_model}</bdi>
        </Alike>
      ),
    ],
    [
      labels.facet("creator"),
      record.creator && (
        <Alike facet="creator" value={record.creator}>
          <bdi>{record.creator}</bdi>
        </Alike>
      ),
    ],
    [t("web.model.size"), record.files.length > 0 && <span className="tabular">{format.bytes(size)}</span>],
    [
      labels.facet("nsfw"),
      level && (
        <Alike facet="nsfw" value={level}>
          {labels.value("nsfw", level)}
        </Alike>
      ),
    ],
    [t("web.model.weight"), typeof record.preferred_weight === "number" && format.number(record.preferred_weight)],
    [t("web.model.negative"), record.negative_text],
    [t("web.model.vae"), record.vae],
    [t("web.model.published"), record.published_at && format.day(record.published_at)],
    [t("web.model.added"), format.day(record.added_at)],
    [t("web.model.changed"), format.ago(record.updated_at)],
  ];
  return (
    <Section title={t("web.model.facts")}>
      {(record.conflicts ?? []).length > 0 && (
        <div className={styles.conflicts}>
          <TriangleAlert size={18} aria-hidden />
          <div>
            <p>{t("web.model.disagree")}</p>
            <ul>
              {record.conflicts?.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <dl className={styles.facts}>
        {rows.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
        {sources.length > 0 && (
          <div>
            <dt>{labels.facet("source")}</dt>
            {sources.map((each) => (
              <dd key={`${each.source}:${each.model_id}:${each.version_id}`}>
                {each.url ? (
                  <a href={each.url} target="_blank" rel="noopener noreferrer">
                    {labels.value("source", each.source)} <ExternalLink size={14} aria-hidden />
                    <span className="visually-hidden">{t("web.model.new-tab")}</span>
                  </a>
                ) : (
                  labels.value("source", each.source)
                )}
                {each.state && each.state !== "present" && (
                  <span className={styles.gone}> {maybe(`source-states.${each.state}`) ?? each.state}</span>
                )}
              </dd>
            ))}
          </div>
        )}
        {terms.length > 0 && (
          <div className={styles.long}>
            <dt>{labels.facet("license")}</dt>
            <dd>
              <ul>
                {terms.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
    </Section>
  );
}
