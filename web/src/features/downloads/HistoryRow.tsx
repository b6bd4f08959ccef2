import { Ban, CircleAlert, CircleCheck, ShieldAlert, X } from "lucide-react";
import { memo } from "react";
import type { Download } from "@/api/downloads";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Hashes } from "./Hashes";
import styles from "./HistoryRow.module.css";
import { Reason } from "./Reason";
import { PATIENCE, removeLater, takeBack } from "./removed";
import { Title } from "./Title";
import { useMeta } from "./useMeta";

const ICONS = { done: CircleCheck, failed: CircleAlert, quarantined: ShieldAlert, cancelled: Ban } as const;

/** A download that is finished: how it ended, and where its model is or what to do. */
export const HistoryRow = memo(function HistoryRow({ download }: { download: Download }) {
  const { maybe, format } = useWords();
  const { id, state } = download;
  const { name } = useMeta(download);
  const Icon = ICONS[state as keyof typeof ICONS] ?? Ban;
  const size = download.total ?? (download.bytes || undefined);
  const isWell = state === "done" || state === "cancelled";
  return (
    <li className={styles.row} data-state={state} data-id={id}>
      <Icon size={20} aria-hidden className={styles.icon} />
      <Title download={download} />
      <span className={styles.state}>{maybe(`states.${state}`) ?? state}</span>
      <span className={styles.size}>{size === undefined ? "" : format.bytes(size)}</span>
      <time className={styles.when} dateTime={download.finished_at ?? undefined} title={moment(download, format)}>
        {download.finished_at ? format.ago(download.finished_at) : ""}
      </time>
      <Remove id={id} name={name} />
      {!isWell && (
        <div className={styles.why}>
          <Reason download={download}>{state === "quarantined" && <Hashes download={download} />}</Reason>
        </div>
      )}
    </li>
  );
});

const moment = (download: Download, format: { moment: (at: string) => string }) =>
  download.finished_at ? format.moment(download.finished_at) : undefined;

/** Out of the history, with a way back. */
function Remove({ id, name }: { id: string; name: string }) {
  const { t } = useWords();
  function remove() {
    removeLater(id, () => toast({ text: t("web.downloads.not-removed", { name }), tone: "bad" }));
    toast({
      text: t("web.downloads.removed", { name }),
      stays: PATIENCE - 500,
      action: { label: t("web.app.undo"), run: () => takeBack(id) },
    });
  }
  return (
    <Button look="quiet" small icon={X} iconOnly onClick={remove}>
      {t("web.downloads.remove", { name })}
    </Button>
  );
}
