import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { ended } from "@/api/tasks";
import { renameFolder, type TreeFolder } from "@/api/tree";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";
import { useReport } from "@/ui/useReport";

/** Gives a folder another name; says first how many models move along. */
export default function RenameFolder({
  root,
  folder,
  onClose,
}: {
  root: string;
  folder: TreeFolder;
  onClose: () => void;
}) {
  const { t } = useWords();
  const report = useReport();
  const [name, setName] = useState(folder.name);
  const wanted = useDeferredValue(name.trim());
  const isNew = wanted !== "" && wanted !== folder.name;
  const plan = useQuery({
    queryKey: ["tree-plan", root, folder.path, wanted],
    queryFn: () => renameFolder(root, folder.path, wanted, true),
    enabled: isNew,
    staleTime: 0,
    retry: false,
  });
  const wrong = useProblem(plan.error);
  async function rename() {
    onClose();
    await report(async () => {
      const { task, plan: done } = await renameFolder(root, folder.path, wanted, false);
      if (task) await ended(task);
      toast({ text: t("web.folders.renamed", { name: done.to?.split("/").at(-1) ?? wanted }) });
    });
  }
  return (
    <Sheet title={t("web.folders.renaming", { name: folder.name })} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (plan.data) void rename();
        }}
      >
        <TextField
          label={t("web.folders.new-name")}
          value={name}
          autoFocus
          wrong={isNew && plan.isError ? `${wrong.sentence}. ${wrong.hint}` : undefined}
          help={
            plan.data ? `${plan.data.plan.to} · ${t("web.folders.plan", { count: plan.data.plan.models })}` : undefined
          }
          onChange={(event) => setName(event.target.value)}
        />
        <div className="row-end">
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" look="primary" disabled={!isNew || !plan.data}>
            {t("web.folders.rename")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
