/** What was done in an app, in words. */

import type { Outcome } from "@/api/apps";
import type { Words } from "@/i18n";

/** Each thing that was done, counted; what failed is the last. */
export function doneIn({ t, maybe }: Pick<Words, "t" | "maybe">, outcome: Outcome): string[] {
  const told = (["made", "mended", "removed", "blocked"] as const)
    .filter((each) => outcome[each] > 0)
    .map((each) => maybe(`links.done.${each}`, { count: outcome[each] }) ?? each);
  if (outcome.config) told.push(maybe("links.done.config") ?? "");
  if (outcome.failed.length) told.push(t("web.apps.result-failed", { count: outcome.failed.length }));
  return told.length ? told : [t("web.apps.result-none")];
}
