import { CircleAlert, CloudOff, Ellipsis, Heart, type LucideIcon, Star, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { type ModelSummary, pictureOf } from "@/api/models";
import { useWords } from "@/i18n";
import { kindIcon } from "@/lib/kindIcons";
import { useLabels } from "@/lib/labels";
import { classes } from "@/ui/classes";
import { Picture } from "@/ui/Picture";
import styles from "./Card.module.css";

export interface CardProps {
  model: ModelSummary;
  index: number;
  isSelected: boolean;
  isSelecting: boolean;
  isLive: boolean;
  mayLoad: boolean;
  look: "card" | "small" | "row";
}

interface Mark {
  icon: LucideIcon;
  words: string;
  tone: "bad" | "warn";
}

const BAD_TRUST = ["mismatch", "damaged", "changed"];

/** What a person must know of a model before all else, in a word. */
function markOf(model: ModelSummary, said: (code: string) => string): Mark | undefined {
  if (model.kind === "invalid" || model.invalid) return { icon: TriangleAlert, words: said("invalid"), tone: "bad" };
  if (model.state === "unreachable") return { icon: CloudOff, words: said("unreachable"), tone: "warn" };
  if (model.state !== "present") return { icon: CircleAlert, words: said(model.state), tone: "bad" };
  const trust = BAD_TRUST.find((each) => model.files.some((file) => file.verified.state === each));
  return trust ? { icon: TriangleAlert, words: said(trust), tone: "bad" } : undefined;
}

/** What a model builds on; sources call upscalers and the like "Upscaler" there too, which is said once. */
function baseOf(model: ModelSummary, kind: string): string | null | undefined {
  const base = model.base_model ?? model.family;
  return base === kind ? undefined : base;
}

/** What a card shows, in words and in the order in which it shows it. */
export function useCardWords() {
  const { maybe, format } = useWords();
  const labels = useLabels();
  return (model: ModelSummary, look: CardProps["look"]): string => {
    const about = [model.version, model.creator].filter(Boolean).join(" · ");
    const mark = markOf(model, (code) => maybe(`marks.${code}`) ?? code);
    const kind = labels.kind(model.kind);
    const base = baseOf(model, kind);
    const [size, rating] = [format.bytes(model.size), model.rating || ""];
    const orders = {
      card: [size, about, rating, mark?.words, kind, base],
      small: [size, rating, mark?.words, kind, about, base],
      row: [size, about, rating, mark?.words, kind, base, format.day(model.added_at)],
    };
    return [model.name, ...orders[look]].filter(Boolean).join(" ");
  };
}

/** One model of the wall. Its buttons act by `data-act`, which the wall listens for. */
export const Card = memo(function Card({ model, isSelected, isSelecting, isLive, mayLoad, look }: CardProps) {
  const { t, format, maybe } = useWords();
  const labels = useLabels();
  const mark = markOf(model, (code) => maybe(`marks.${code}`) ?? code);
  const base = baseOf(model, labels.kind(model.kind));
  const about = [model.version, model.creator].filter(Boolean).join(" · ");
  const isRow = look === "row";
  return (
    // The words stand in the order in which the cell is named: that name must hold what is seen (WCAG 2.5.3).
    <div className={classes(styles.card, styles[look])} data-selected={isSelected || undefined}>
      <div className={styles.words}>
        <p className={styles.name} title={model.name}>
          <bdi>{model.name}</bdi>
          {model.favorite && <Heart size={14} className={styles.heart} aria-hidden />}
        </p>{" "}
        <p className={styles.about}>
          <span className="tabular">{format.bytes(model.size)}</span>{" "}
          {about && <bdi className={styles.by}>{about}</bdi>}{" "}
          {Boolean(model.rating) && (
            <span className={styles.stars}>
              <Star size={12} aria-hidden />
              {model.rating}
            </span>
          )}
        </p>
      </div>{" "}
      <div className={styles.picture}>
        <Picture
          id={model.id}
          version={model.updated_at}
          number={pictureOf(model)}
          blurhash={model.preview?.blurhash}
          level={model.nsfw_level}
          video={model.video}
          isLive={isLive}
          mayLoad={mayLoad}
          icon={kindIcon(model.kind)}
        />
        {!isRow && (
          <div className={styles.badges}>
            {mark && (
              <span className={classes(styles.badge, styles.state)} data-tone={mark.tone}>
                <mark.icon size={14} aria-hidden />
                {mark.words}
              </span>
            )}{" "}
            <span className={classes(styles.badge, styles.kind)}>{labels.kind(model.kind)}</span>{" "}
            {base && <bdi className={classes(styles.badge, styles.base)}>{base}</bdi>}
          </div>
        )}
      </div>
      <button
        type="button"
        tabIndex={-1}
        data-act="select"
        aria-label={t("web.library.select", { name: model.name })}
        aria-pressed={isSelected}
        className={classes(styles.tick, isSelecting && styles.stays)}
      >
        <span aria-hidden>{isSelected ? "✓" : ""}</span>
      </button>{" "}
      {isRow && (
        <p className={styles.columns}>
          {mark && (
            <span className={styles.rowMark} data-tone={mark.tone}>
              <mark.icon size={14} aria-hidden />
              {mark.words}
            </span>
          )}{" "}
          <span>{labels.kind(model.kind)}</span> <bdi>{base}</bdi>{" "}
          <span className="tabular">{format.day(model.added_at)}</span>
        </p>
      )}
      <button
        type="button"
        tabIndex={-1}
        data-act="more"
        aria-haspopup="menu"
        aria-label={t("web.library.more", { name: model.name })}
        className={styles.more}
      >
        <Ellipsis size={18} aria-hidden />
      </button>
    </div>
  );
});
