import type { LinkAction } from "@/api/apps";
import { useWords } from "@/i18n";
import { ACTION_ICONS } from "./actions";
import styles from "./Filters.module.css";

interface FiltersProps {
  actions: Record<string, number>;
  shown: readonly LinkAction[];
  onShow: (actions: LinkAction[]) => void;
}

const ORDER = ["make", "mend", "remove", "blocked", "keep", "there"] as const;

/** What a plan comes to, action by action; each shows only its lines. */
export function Filters({ actions, shown, onShow }: FiltersProps) {
  const { t, maybe } = useWords();
  const all = Object.values(actions).reduce((sum, each) => sum + each, 0);
  const toggle = (action: LinkAction) =>
    onShow(shown.includes(action) ? shown.filter((each) => each !== action) : [...shown, action]);
  return (
    <fieldset className={styles.filters}>
      <legend className="visually-hidden">{t("web.apps.filter")}</legend>
      <button type="button" aria-pressed={shown.length === 0} className={styles.filter} onClick={() => onShow([])}>
        {t("web.apps.all", { count: all })}
      </button>
      {ORDER.filter((each) => actions[each] || shown.includes(each)).map((each) => {
        const Icon = ACTION_ICONS[each];
        return (
          <button
            key={each}
            type="button"
            aria-pressed={shown.includes(each)}
            data-action={each}
            className={styles.filter}
            onClick={() => toggle(each)}
          >
            <Icon size={16} aria-hidden />
            {maybe(`links.counted.${each}`, { count: actions[each] ?? 0 })}
          </button>
        );
      })}
    </fieldset>
  );
}
