import { useCallback } from "react";
import { Refused } from "@/api/client";
import { restoreModel } from "@/api/models";
import { queries } from "@/api/queries";
import type { TrashEntry } from "@/api/trash";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { useReport } from "@/ui/useReport";

/** Brings entries back; where something has taken the name meanwhile, it offers to put it beside. */
export function useRestore(): (entries: readonly TrashEntry[]) => Promise<void> {
  const { t } = useWords();
  const report = useReport();
  return useCallback(
    async (entries) => {
      let done = 0;
      for (const each of entries)
        await report(async () => {
          try {
            await restoreModel(each.entry);
            done += 1;
          } catch (problem) {
            if (!(problem instanceof Refused) || problem.code !== "name-taken") throw problem;
            const beside = () => report(() => restoreModel(each.entry, true));
            toast({
              text: t("web.trash.name-taken", { name: each.name }),
              detail: problem.message,
              tone: "bad",
              action: { label: t("web.trash.beside"), run: () => void beside().then(refresh) },
            });
          }
        });
      if (done) toast({ text: t("web.library.restored", { count: done }) });
      await refresh();
    },
    [t, report],
  );
}

const refresh = () => queries.invalidateQueries({ queryKey: ["trash"] });
