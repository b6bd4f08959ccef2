import { useCallback } from "react";
import { Refused } from "@/api/client";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";

/** Does something and tells when it was refused: what happened and what to do. Gives whether it went well. */
export function useReport() {
  const { t } = useWords();
  return useCallback(
    async (work: () => Promise<unknown>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (problem) {
        if (problem instanceof Refused && problem.code === "unreachable-server")
          toast({ text: t("web.app.unreachable"), detail: t("web.app.unreachable-hint"), tone: "bad", stays: 8000 });
        else if (problem instanceof Refused) toast({ text: problem.message, detail: problem.hint, tone: "bad" });
        else toast({ text: t("web.app.broken"), detail: String(problem), tone: "bad" });
        return false;
      }
    },
    [t],
  );
}
