import type { UseQueryResult } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useFamilyName } from "@/api/about";
import type { RulesPreview as Preview } from "@/api/rules";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { Failure } from "@/ui/State";
import { Block } from "./Block";
import styles from "./Rules.module.css";

/** What the rules would do with models of every sort that are here: where each is, where it would go, and why. */
export function RulesPreview({ preview, count }: { preview: UseQueryResult<Preview>; count: number }) {
  const { t } = useWords();
  const { data, error, isFetching, refetch } = preview;
  const items = data?.items ?? [];
  const lead = data?.problems.length
    ? t("web.settings.preview-wrong")
    : data
      ? t("web.settings.preview-count", { count: data.moving, total: items.length })
      : undefined;
  return (
    <Block title={t("web.settings.preview")} lead={lead}>
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      {data && !data.problems.length && items.length === 0 && <p>{t("web.settings.preview-empty")}</p>}
      {items.length > 0 && (
        <section
          className={styles.scroll}
          aria-busy={isFetching}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={t("web.settings.preview-table")}
        >
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t("web.settings.preview-model")}</th>
                <th scope="col">{t("web.settings.preview-now")}</th>
                <th scope="col">{t("web.settings.preview-then")}</th>
                <th scope="col">{t("web.settings.preview-why")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <Row key={each.id} item={each} count={count} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Block>
  );
}

function Row({ item, count }: { item: Preview["items"][number]; count: number }) {
  const { t } = useWords();
  const labels = useLabels();
  const familyName = useFamilyName();
  const isMoving = item.stays === null || item.stays === undefined;
  const rule = item.rule === null || item.rule === undefined ? undefined : item.rule + 1;
  return (
    <tr data-moving={isMoving || undefined}>
      <th scope="row">
        <bdi>{item.name}</bdi>
        <span className={styles.detail}>
          {[labels.kind(item.kind), item.family && familyName(item.family)].filter(Boolean).join(" · ")}
        </span>
      </th>
      <td>
        <code>{item.now}</code>
      </td>
      <td>
        {isMoving && item.then ? (
          <span className={styles.then}>
            <ArrowRight size={16} aria-hidden />
            <code>{item.then}</code>
          </span>
        ) : (
          <span className={styles.detail}>{t("web.settings.preview-stays")}</span>
        )}
      </td>
      <td>
        {count > 0 && (
          <span className={styles.which}>
            {rule ? t("web.settings.rule", { number: rule }) : t("web.settings.preview-default")}
          </span>
        )}
        <span className={styles.detail}>{item.why}</span>
      </td>
    </tr>
  );
}
