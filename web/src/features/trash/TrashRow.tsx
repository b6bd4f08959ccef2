import { RotateCcw, Trash2 } from "lucide-react";
import { useId } from "react";
import type { TrashEntry } from "@/api/trash";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import styles from "./TrashPage.module.css";

interface TrashRowProps {
  entry: TrashEntry;
  isChosen: boolean;
  onChoose: () => void;
  onRestore: () => void;
  onPurge: () => void;
}

/** One model in the trash: what it was, why it is here and since when, how much it takes. */
export function TrashRow({ entry, isChosen, onChoose, onRestore, onPurge }: TrashRowProps) {
  const { t, maybe, format } = useWords();
  const id = useId();
  const why = maybe(`web.trash.why.${entry.why}`) ?? entry.why;
  return (
    <li className={styles.row} data-selected={isChosen || undefined}>
      <input
        id={id}
        type="checkbox"
        checked={isChosen}
        aria-label={t("web.library.select", { name: entry.name })}
        onChange={onChoose}
      />
      <label htmlFor={id} className={styles.words}>
        <strong>
          <bdi>{entry.name}</bdi>
        </strong>
        <span title={format.moment(entry.at)}>
          {why} · {format.ago(entry.at)}
        </span>
        {entry.place && <span className={styles.place}>{entry.place}</span>}
      </label>
      <span className={styles.size}>
        <span className="tabular">{format.bytes(entry.size)}</span>
        <span>{t("web.trash.files", { count: entry.files.length })}</span>
      </span>
      <span className={styles.rowActions}>
        <Button
          small
          look="quiet"
          icon={RotateCcw}
          aria-label={t("web.trash.restore-name", { name: entry.name })}
          onClick={onRestore}
        >
          {t("web.trash.restore")}
        </Button>
        <Button small look="quiet" icon={Trash2} iconOnly onClick={onPurge}>
          {t("web.trash.purge-name", { name: entry.name })}
        </Button>
      </span>
    </li>
  );
}
