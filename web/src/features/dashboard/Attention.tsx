import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { Link } from "wouter";
import { attentionQuery, type Matter } from "@/api/overview";
import { useWords } from "@/i18n";
import styles from "./Attention.module.css";
import { Tile } from "./Tile";

const ICONS = { problem: CircleAlert, warning: TriangleAlert, note: Info };

/** The page of this app that shows a matter, where there is one. */
function placeOf(matter: Matter): string | undefined {
  const asked = new URLSearchParams();
  for (const [name, values] of Object.entries(matter.query)) for (const each of values) asked.append(name, each);
  if (matter.path === "/api/models") return `/library?${asked}`;
  if (matter.path === "/api/downloads") return `/downloads?${asked}`;
  return matter.ids[0] ? `/models/${matter.ids[0]}` : undefined;
}

/** What needs a person, the worst first. */
export function Attention() {
  const { t, format, maybe } = useWords();
  const { data: matters } = useQuery(attentionQuery);
  return (
    <Tile title={t("web.dashboard.attention")}>
      {matters?.length === 0 && (
        <p className={styles.well}>
          <CircleCheck size={20} aria-hidden />
          <span>
            {t("web.dashboard.all-well")}
            <small>{t("web.dashboard.all-well-hint")}</small>
          </span>
        </p>
      )}
      <ul className={styles.list}>
        {matters?.map((each) => {
          const Icon = ICONS[each.level];
          const place = placeOf(each);
          const words = maybe(`attention.${each.code}`, { count: each.count }) ?? each.code;
          return (
            <li key={each.code} className={styles.matter} data-level={each.level}>
              <Icon size={18} aria-hidden />
              <span>
                {place ? <Link href={place}>{words}</Link> : words}
                {each.code === "duplicates" && each.bytes !== null && (
                  <small>{t("web.dashboard.winnable", { bytes: format.bytes(each.bytes) })}</small>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </Tile>
  );
}
