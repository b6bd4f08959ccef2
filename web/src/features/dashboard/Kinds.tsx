import { Link } from "wouter";
import type { Schemas } from "@/api/client";
import { useWords } from "@/i18n";
import { coloursOf } from "@/lib/chart";
import { useLabels } from "@/lib/labels";
import { Donut } from "@/ui/Donut";
import styles from "./Kinds.module.css";
import { Tile } from "./Tile";

/** The room that each kind takes: a ring, and the same in figures. */
export function Kinds({ usage }: { usage: Schemas["Usage"] }) {
  const { t, format } = useWords();
  const labels = useLabels();
  const all = usage.total.bytes || 1;
  const colours = coloursOf(usage.by_kind.map((each) => each.value));
  const kinds = usage.by_kind.map((each) => ({
    ...each,
    name: labels.kind(each.value),
    colour: colours.get(each.value) ?? 8,
  }));
  return (
    <Tile title={t("web.dashboard.kinds")} wide>
      <div className={styles.kinds}>
        <Donut
          title={t("web.dashboard.kinds")}
          total={format.bytes(usage.total.bytes)}
          slices={kinds.map((each) => ({
            id: each.value,
            label: each.name,
            value: each.bytes,
            words: format.bytes(each.bytes),
            colour: each.colour,
          }))}
        />
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("web.dashboard.kind")}</th>
              <th scope="col">{t("web.dashboard.models")}</th>
              <th scope="col">{t("web.dashboard.size")}</th>
              <th scope="col">{t("web.dashboard.share")}</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((each) => (
              <tr key={each.value}>
                <th scope="row">
                  <span className={styles.dot} data-colour={each.colour} aria-hidden />
                  <Link href={`/library?kind=${each.value}`}>{each.name}</Link>
                </th>
                <td>{format.number(each.count)}</td>
                <td>{format.bytes(each.bytes)}</td>
                <td>{format.share(each.bytes / all)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Tile>
  );
}
