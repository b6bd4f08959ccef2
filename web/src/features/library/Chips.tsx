import { EyeOff, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Link } from "wouter";
import { FACETS, leftOut } from "@/api/models";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { useLabels } from "@/lib/labels";
import { hideFrom } from "@/lib/nsfw";
import styles from "./Chips.module.css";
import type { ValueName } from "./useValueName";

interface ChipsProps {
  params: URLSearchParams;
  nameOf: ValueName;
  change: (values: Record<string, string[]>) => void;
  clear: () => void;
}

/** The filters that count now, each of which can be taken away. */
export function Chips({ params, nameOf, change, clear }: ChipsProps) {
  const { t } = useWords();
  const labels = useLabels();
  const active = FACETS.flatMap((facet) => params.getAll(facet).map((value) => ({ facet, value })));
  const level = useSyncExternalStore(hideFrom.subscribe, hideFrom.get);
  const isHiding = leftOut(params).length > 0;
  if (active.length === 0 && !isHiding) return null;
  return (
    <ul className={styles.chips} aria-label={t("web.library.active")}>
      {active.map(({ facet, value }) => {
        const plain = value.replace(/^!/, "");
        const label = nameOf(facet, plain);
        const words = `${labels.facet(facet)}: ${value.startsWith("!") ? t("web.library.without", { name: label }) : label}`;
        return (
          <li key={`${facet}:${value}`}>
            <button
              type="button"
              className={styles.chip}
              aria-label={t("web.library.remove-filter", { name: words })}
              onClick={() => change({ [facet]: params.getAll(facet).filter((each) => each !== value) })}
            >
              <bdi>{words}</bdi>
              <X size={14} aria-hidden />
            </button>
          </li>
        );
      })}
      {isHiding && (
        <li>
          <Link href="/settings/appearance#nsfw" className={styles.chip}>
            <EyeOff size={14} aria-hidden />
            {t("web.library.hidden", { level: t(`web.library.hidden-levels.${level}` as Key) })}
          </Link>
        </li>
      )}
      {active.length > 0 && (
        <li>
          <button type="button" className={styles.clear} onClick={clear}>
            {t("web.library.clear")}
          </button>
        </li>
      )}
    </ul>
  );
}
