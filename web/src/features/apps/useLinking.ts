import { useState } from "react";
import { beginLinking, linked, type Outcome } from "@/api/apps";
import type { Task } from "@/api/tasks";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { useReport } from "@/ui/useReport";
import { doneIn } from "./outcome";

/** Carries a plan out: the task while it runs, what it did when it has ended. */
export function useLinking(app: string) {
  const words = useWords();
  const report = useReport();
  const [task, setTask] = useState<Task>();
  const [outcome, setOutcome] = useState<Outcome>();
  return {
    task,
    outcome,
    forget: () => setOutcome(undefined),
    async begin() {
      if (task) return;
      setOutcome(undefined);
      await report(async () => {
        const begun = await beginLinking(app, "apply");
        setTask(begun);
        const told = await linked(begun);
        setOutcome(told);
        announce(words.format.list(doneIn(words, told)));
      });
      setTask(undefined);
    },
  };
}
