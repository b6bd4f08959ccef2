import { useCallback } from "react";
import { queries } from "@/api/queries";
import { tend } from "@/api/roots";
import { finished, type Task } from "@/api/tasks";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { toast } from "@/lib/toasts";
import { useReport } from "@/ui/useReport";

const COUNTED = ["added", "changed", "moved", "missing", "unreachable"];

/** Begins scans and other long work of the library, and tells how each has ended. */
export function useTending() {
  const { t, maybe, format } = useWords();
  const report = useReport();
  const follow = useCallback(
    async (task: Task) => {
      const told = await finished(task).finally(() => {
        for (const name of ["roots", "usage", "doctor"]) queries.invalidateQueries({ queryKey: [name] });
      });
      const result = told.result ?? {};
      const counts = COUNTED.filter((each) => Number(result[each]) > 0);
      const words = counts.map((each) => maybe(`scan.${each}`, { count: result[each] }) ?? each);
      const detail = words.length ? format.list(words) : undefined;
      const text = told.state === "cancelled" ? t("web.settings.stopped") : t(`web.settings.ended.${task.kind}` as Key);
      toast({ text, ...(detail && { detail }) });
    },
    [t, maybe, format],
  );
  const begin = useCallback(
    (work: "scan" | "hash" | "rebuild", folders?: string[]) => report(async () => follow(await tend(work, folders))),
    [report, follow],
  );
  const watch = useCallback((task: Task) => report(() => follow(task)), [report, follow]);
  return { begin, watch };
}
