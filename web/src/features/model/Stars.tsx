import { Star, StarOff } from "lucide-react";
import { useId } from "react";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import styles from "./Head.module.css";
import type { Change } from "./useRecordEdit";

const STARS = [1, 2, 3, 4, 5];

/** How much one likes a model: radio buttons, so arrows choose. */
export function Stars({ record, change }: { record: ModelRecord; change: Change }) {
  const { t } = useWords();
  const name = useId();
  const rating = record.rating ?? 0;
  const give = (count: number) =>
    void change(
      count ? { set: { rating: count } } : { reset: ["rating"] },
      count ? t("web.library.stars", { count }) : t("web.model.no-stars"),
    );
  return (
    <fieldset className={styles.stars}>
      <legend className="visually-hidden">{t("web.model.stars")}</legend>
      {STARS.map((count) => (
        <label key={count} data-full={count <= rating || undefined} title={t("web.library.stars", { count })}>
          <input
            type="radio"
            name={name}
            value={count}
            checked={count === rating}
            className="visually-hidden"
            onChange={() => give(count)}
          />
          <Star size={18} aria-hidden />
          <span className="visually-hidden">{t("web.library.stars", { count })}</span>
        </label>
      ))}
      {rating > 0 && (
        <label title={t("web.model.no-stars")}>
          <input
            type="radio"
            name={name}
            value={0}
            checked={false}
            className="visually-hidden"
            onChange={() => give(0)}
          />
          <StarOff size={16} aria-hidden />
          <span className="visually-hidden">{t("web.model.no-stars")}</span>
        </label>
      )}
    </fieldset>
  );
}
