import { useQuery } from "@tanstack/react-query";
import { restoreModel } from "@/api/models";
import { ended } from "@/api/tasks";
import { deleteFolder, type TreeFolder } from "@/api/tree";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";
import { Failure } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./DeleteFolder.module.css";

interface DeleteFolderProps {
  root: string;
  folder: TreeFolder;
  onClose: () => void;
}

/** Puts all models of a folder into the trash; says first which, and what stays where it is. */
export default function DeleteFolder({ root, folder, onClose }: DeleteFolderProps) {
  const { t, format } = useWords();
  const report = useReport();
  const { data, error } = useQuery({
    queryKey: ["tree-plan", root, folder.path, null],
    queryFn: () => deleteFolder(root, folder.path, true),
    staleTime: 0,
    retry: false,
  });
  const plan = data?.plan;
  async function remove() {
    onClose();
    await report(async () => {
      const { task, plan: begun } = await deleteFolder(root, folder.path, false);
      const result = task ? await ended(task) : {};
      const problems = Array.isArray(result.problems) ? result.problems.length : 0;
      if (problems) toast({ text: t("web.folders.problems", { count: problems }), tone: "bad" });
      const ids = begun.items.map((each) => each.id);
      const undo = () =>
        void report(async () => {
          for (const id of ids) await restoreModel(id);
        });
      toast({
        text: t("web.folders.deleted", { count: begun.models - problems }),
        action: ids.length === begun.models ? { label: t("web.app.undo"), run: undo } : undefined,
      });
    });
  }
  return (
    <Sheet
      title={t("web.folders.deleting", { name: folder.name })}
      look="alert"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button look="danger" disabled={!plan} onClick={() => void remove()}>
            {t("web.folders.delete")}
          </Button>
        </>
      }
    >
      {error && <Failure problem={error} />}
      {plan && (
        <div className="stack">
          <p>{t("web.folders.delete-plan", { count: plan.models, bytes: format.bytes(plan.bytes) })}</p>
          <ul className={styles.names}>
            {plan.items.slice(0, 12).map((each) => (
              <li key={each.id}>{each.name}</li>
            ))}
            {plan.models > 12 && <li>…</li>}
          </ul>
          {plan.left_count > 0 && <p>{t("web.folders.stays", { count: plan.left_count })}</p>}
        </div>
      )}
    </Sheet>
  );
}
