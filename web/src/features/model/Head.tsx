import { CircleAlert, CloudOff, Heart, type LucideIcon, ShieldAlert, TriangleAlert } from "lucide-react";
import { useFamilyName } from "@/api/about";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { kindIcon } from "@/lib/kindIcons";
import { useLabels } from "@/lib/labels";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import styles from "./Head.module.css";
import { NameField } from "./NameField";
import { Stars } from "./Stars";
import type { Change } from "./useRecordEdit";

const BAD_TRUST = ["mismatch", "damaged", "changed"];

interface Mark {
  words: string;
  tone: "bad" | "warn";
  icon: LucideIcon;
}

/** What is not as it should be with a model, the worst first. */
function useMarks(record: ModelRecord): Mark[] {
  const { maybe } = useWords();
  const marks: Mark[] = [];
  const said = (code: string) => maybe(`model-states.${code}`) ?? maybe(`trust.${code}`) ?? code;
  if (record.kind === "invalid" || record.invalid)
    marks.push({ words: maybe("marks.invalid") ?? "", tone: "bad", icon: TriangleAlert });
  if (record.state === "unreachable" || record.state === "not-downloaded")
    marks.push({ words: said(record.state), tone: "warn", icon: CloudOff });
  else if (record.state !== "present") marks.push({ words: said(record.state), tone: "bad", icon: CircleAlert });
  for (const trust of BAD_TRUST)
    if (record.files.some((file) => file.verified.state === trust))
      marks.push({ words: said(trust), tone: "bad", icon: ShieldAlert });
  return marks;
}

/** What a model is, at a glance: its name, its kind, how one likes it, what is wrong with it. */
export function Head({ record, change }: { record: ModelRecord; change: Change }) {
  const { t } = useWords();
  const labels = useLabels();
  const familyName = useFamilyName();
  const family = record.family && familyName(record.family);
  const marks = useMarks(record);
  const isFavorite = record.favorite === true;
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        <NameField record={record} change={change} />
        <Button
          look="quiet"
          icon={Heart}
          iconOnly
          aria-pressed={isFavorite}
          className={isFavorite ? styles.liked : undefined}
          onClick={() =>
            void change({ set: { favorite: !isFavorite } }, isFavorite ? t("web.model.disliked") : t("web.model.liked"))
          }
        >
          {t("web.library.favorite")}
        </Button>
      </div>
      <p className={styles.by}>
        {record.version && <bdi>{record.version}</bdi>}
        {record.creator && <bdi>{t("web.library.by", { name: record.creator })}</bdi>}
      </p>
      <div className={styles.line}>
        <Chip icon={kindIcon(record.kind)}>{labels.kind(record.kind)}</Chip>
        {record.family && (
          <Chip>
            <bdi>{family}</bdi>
          </Chip>
        )}
        {record.base_model && record.base_model !== record.family && record.base_model !== family && (
          <Chip>
            <bdi>{record.base_model}</bdi>
          </Chip>
        )}
        <Stars record={record} change={change} />
      </div>
      {marks.length > 0 && (
        <ul className={styles.marks}>
          {marks.map((each) => (
            <li key={each.words} data-tone={each.tone}>
              <each.icon size={18} aria-hidden />
              {each.words}
            </li>
          ))}
        </ul>
      )}
    </header>
  );
}
