import { Refused } from "@/api/client";
import type { Words } from "@/i18n";

/** A problem in words: what happened and what to do. A task tells code and facts alone. */
export function problemIn({ t, explain }: Words, problem: unknown): { sentence: string; hint: string } {
  if (!(problem instanceof Refused))
    return { sentence: t("web.app.broken"), hint: problem instanceof Error ? problem.message : String(problem) };
  if (problem.code === "unreachable-server")
    return { sentence: t("web.app.unreachable"), hint: t("web.app.unreachable-hint") };
  return problem.message ? { sentence: problem.message, hint: problem.hint } : explain(problem.code, problem.context);
}
