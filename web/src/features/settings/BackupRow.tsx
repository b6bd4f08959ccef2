import { ArchiveRestore, Download, Trash2 } from "lucide-react";
import { Suspense, useState } from "react";
import { type Backup, backupAddress, deleteBackup } from "@/api/backups";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useReport } from "@/ui/useReport";
import styles from "./Backups.module.css";

const DeleteSheet = page(() => import("./DeleteBackupSheet"));

/** One backup: when, how large, what is in it, and what can be done with it. */
export function BackupRow({ backup, onRestore }: { backup: Backup; onRestore: () => void }) {
  const { t, format } = useWords();
  const report = useReport();
  const [isLeaving, setLeaving] = useState(false);
  const when = format.moment(backup.made_at);
  return (
    <li className={styles.backup}>
      <div className={styles.words}>
        <p className={styles.when}>
          <time dateTime={backup.made_at}>{when}</time>
          <span className={styles.ago}>{format.ago(backup.made_at)}</span>
          {!backup.ours && <Chip tone="warn">{t("web.settings.backup-other")}</Chip>}
        </p>
        <p className={styles.facts}>
          {backup.about
            ? t("web.settings.backup-holds", { count: backup.about.models })
            : t("web.settings.backup-unread")}
          {" · "}
          {format.bytes(backup.size)}
        </p>
        <p className={styles.name}>
          <bdi>{backup.name}</bdi>
        </p>
      </div>
      <div className={styles.actions}>
        <Button
          small
          icon={ArchiveRestore}
          aria-label={t("web.settings.restore-name", { name: when })}
          onClick={onRestore}
        >
          {t("web.settings.restore")}
        </Button>
        <a className={styles.fetch} href={backupAddress(backup.name)} download={backup.name}>
          <Download size={16} aria-hidden />
          <span className="visually-hidden">{t("web.settings.backup-fetch", { name: when })}</span>
        </a>
        <Button look="quiet" small icon={Trash2} iconOnly onClick={() => setLeaving(true)}>
          {t("web.settings.backup-delete", { name: when })}
        </Button>
      </div>
      {isLeaving && (
        <Suspense fallback={null}>
          <DeleteSheet
            when={when}
            onClose={() => setLeaving(false)}
            onDelete={async () => {
              const isDone = await report(() => deleteBackup(backup.name));
              if (isDone) toast({ text: t("web.settings.backup-deleted", { name: when }) });
            }}
          />
        </Suspense>
      )}
    </li>
  );
}
