import { useQuery } from "@tanstack/react-query";
import { Archive, ArchiveRestore } from "lucide-react";
import { Suspense, useState } from "react";
import { backupsAgain, backupsQuery, makeBackup, restoreBackup } from "@/api/backups";
import { ended } from "@/api/tasks";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Failure } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import { BackupRow } from "./BackupRow";
import styles from "./Backups.module.css";
import { Block } from "./Block";
import { Fields } from "./Fields";
import { RunningTasks } from "./RunningTasks";

const RestoreSheet = page(() => import("./RestoreSheet"));

/** Backups: made, kept, fetched, put back. */
export function BackupsSection() {
  const { t } = useWords();
  const report = useReport();
  const { data, error, refetch } = useQuery(backupsQuery);
  const [file, setFile] = useState<string>();
  const [typed, setTyped] = useState("");
  const [isMaking, setMaking] = useState(false);
  async function make() {
    setMaking(true);
    await report(async () => {
      await ended(await makeBackup());
      await backupsAgain();
      toast({ text: t("web.settings.backup-made") });
    });
    setMaking(false);
  }
  async function restore(name: string, everything: boolean) {
    await report(async () => {
      const task = await restoreBackup(name, everything);
      setFile(undefined);
      const result = task ? await ended(task) : {};
      const problems = Array.isArray(result.problems) ? result.problems : [];
      toast({ text: t("web.settings.restored", { count: Number(result.returned ?? 0) }) });
      if (problems.length) toast({ text: t("web.settings.not-restored", { count: problems.length }), tone: "bad" });
    });
  }
  return (
    <>
      <Block
        title={t("web.settings.backups")}
        lead={t("web.settings.backups-lead")}
        actions={
          <Button look="primary" icon={Archive} busy={isMaking} onClick={() => void make()}>
            {t("web.settings.backup-make")}
          </Button>
        }
      >
        {error && !data && <Failure problem={error} retry={() => void refetch()} />}
        <RunningTasks kinds={["backup", "restore-backup"]} />
        {data?.length === 0 && <p className={styles.none}>{t("web.settings.backups-none")}</p>}
        <ul className={styles.list}>
          {data?.map((each) => (
            <BackupRow key={each.name} backup={each} onRestore={() => setFile(each.name)} />
          ))}
        </ul>
      </Block>
      <Block title={t("web.settings.backups-when")}>
        <Fields of="backups" />
      </Block>
      <Block title={t("web.settings.restore-other")} lead={t("web.settings.restore-other-lead")}>
        <form
          className={styles.line}
          onSubmit={(event) => {
            event.preventDefault();
            if (typed.trim()) setFile(typed.trim());
          }}
        >
          <TextField
            label={t("web.settings.restore-path")}
            value={typed}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button type="submit" icon={ArchiveRestore} disabled={!typed.trim()}>
            {t("web.settings.restore-look")}
          </Button>
        </form>
      </Block>
      {file && (
        <Suspense fallback={null}>
          <RestoreSheet file={file} onClose={() => setFile(undefined)} onRestore={(all) => restore(file, all)} />
        </Suspense>
      )}
    </>
  );
}
