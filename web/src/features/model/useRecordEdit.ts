import { useCallback, useRef } from "react";
import { Refused } from "@/api/client";
import { type ModelRecord, modelQuery } from "@/api/models";
import { queries } from "@/api/queries";
import { editModel, forgetRecord, type RecordEdit } from "@/api/record";
import { useWords } from "@/i18n";
import { dismiss, toast } from "@/lib/toasts";
import { useReport } from "@/ui/useReport";
import { undoOf } from "./edits";

export type Change = (edit: RecordEdit, said: string) => Promise<void>;

/** Changes what is said of a model, one change after the other; says what was done, with a way back. */
export function useRecordEdit(id: string): Change {
  const { t } = useWords();
  const report = useReport();
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const told = useRef(0);
  return useCallback(
    (edit, said) => {
      const say = (text: string, label: string, run: () => void, tone?: "bad") => {
        dismiss(told.current);
        told.current = toast({ text, action: { label, run }, ...(tone && { tone }) });
      };
      const inTurn = (work: () => Promise<void>) => {
        const next = before.current.then(() => report(work));
        before.current = next;
        return next.then(() => undefined);
      };
      const plainly = (wanted: RecordEdit, text: string) =>
        inTurn(async () => {
          await editModel(id, wanted);
          told.current = toast({ text });
        });
      async function change() {
        const seen: ModelRecord | undefined = queries.getQueryData(modelQuery(id).queryKey);
        try {
          await editModel(id, edit, seen?.updated_at);
        } catch (problem) {
          if (!(problem instanceof Refused) || problem.code !== "changed-meanwhile") throw problem;
          await forgetRecord(id);
          say(t("web.model.conflict"), t("web.model.anyway"), () => void plainly(edit, said), "bad");
          return;
        }
        if (seen) say(said, t("web.app.undo"), () => void plainly(undoOf(seen, edit), t("web.model.undone")));
      }
      return inTurn(change);
    },
    [id, t, report],
  );
}
