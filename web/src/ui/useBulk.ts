import { useMemo } from "react";
import { deleteModels, editModels, restoreModel, verifyModels } from "@/api/models";
import { ended } from "@/api/tasks";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { saidBefore } from "./saidBefore";
import { useReport } from "./useReport";

/** What can be done with several models at once: each says what it did, and has a way back where there is one. */
export function useBulk() {
  const { t } = useWords();
  const report = useReport();
  return useMemo(() => {
    async function restore(entries: readonly string[]) {
      await report(async () => {
        for (const entry of entries) await restoreModel(entry);
        toast({ text: t("web.library.restored", { count: entries.length }) });
      });
    }

    async function edit(ids: readonly string[], change: Parameters<typeof editModels>[1]) {
      await report(async () => {
        const { changed, failed } = await editModels(ids, change);
        if (failed.length)
          toast({
            text: t("web.library.not-changed", { count: failed.length }),
            detail: failed[0]?.error,
            tone: "bad",
          });
        if (changed.length) toast({ text: t("web.library.tagged", { count: changed.length }) });
      });
    }

    /** Says whether apps get links to models, null for their own rule; the way back says of each what was said before. */
    async function link(ids: readonly string[], said: Record<string, boolean | null>) {
      await report(async () => {
        const { changed, failed, link: before = {} } = await editModels(ids, { link: said });
        if (failed.length)
          toast({
            text: t("web.library.not-changed", { count: failed.length }),
            detail: failed[0]?.error,
            tone: "bad",
          });
        const undo = async () => {
          for (const { ids: of, link: was } of saidBefore(before)) await editModels(of, { link: was });
        };
        if (changed.length)
          toast({
            text: t("web.library.link-done", { count: changed.length }),
            action: { label: t("web.app.undo"), run: () => void report(undo) },
          });
      });
    }

    async function remove(ids: readonly string[]) {
      await report(async () => {
        const { done, problems } = await deleteModels(ids);
        if (problems.length)
          toast({
            text: t("web.library.not-deleted", { count: problems.length }),
            detail: problems[0]?.error,
            tone: "bad",
          });
        if (done.length)
          toast({
            text: t("web.library.deleted", { count: done.length }),
            action: { label: t("web.app.undo"), run: () => void restore(done.map((each) => each.entry)) },
          });
      });
    }

    async function verify(ids: readonly string[]) {
      await report(async () => {
        toast({ text: t("web.library.verifying", { count: ids.length }), tone: "info" });
        const result = await ended(await verifyModels(ids));
        const bad = Array.isArray(result.bad) ? result.bad.length : 0;
        if (bad) toast({ text: t("web.library.verify-bad", { count: bad }), tone: "bad" });
        else toast({ text: t("web.library.verified", { count: ids.length }) });
      });
    }

    return {
      edit,
      link,
      remove,
      restore,
      verify,
      favorite: (ids: readonly string[], is = true) => edit(ids, { set: { favorite: is } }),
    };
  }, [t, report]);
}
