import { useCallback } from "react";
import { Refused } from "@/api/client";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { problemIn } from "./problem";

/** Does something and tells when it was refused: what happened and what to do. Gives whether it went well. */
export function useReport() {
  const words = useWords();
  return useCallback(
    async (work: () => Promise<unknown>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (problem) {
        const { sentence, hint } = problemIn(words, problem);
        const isAway = problem instanceof Refused && problem.code === "unreachable-server";
        toast({ text: sentence, detail: hint, tone: "bad", ...(isAway && { stays: 8000 }) });
        return false;
      }
    },
    [words],
  );
}
