/** How an app stands, in notes: what was noticed, how bad it is, and whether something is to be done. */

import type { App, Plan } from "@/api/apps";
import type { Facts, Key } from "@/i18n/texts";

export type Tone = "ok" | "warn" | "bad" | "info";

export interface Note {
  key: Key;
  tone: Tone;
  facts?: Facts;
}

export type Counts = Pick<Plan, "actions" | "drift" | "upgraded" | "config" | "work" | "reasons">;

const sum = (...numbers: (number | undefined)[]) => numbers.reduce<number>((all, each) => all + (each ?? 0), 0);

/** The worst first; one note at least, once the plan is known. */
export function notesOf(app: Pick<App, "there" | "links">, plan: Counts | undefined): Note[] {
  if (!app.there) return [{ key: "web.apps.state.away", tone: "bad" }];
  if (!plan) return [];
  const { actions, drift, upgraded, config } = plan;
  const counted = (key: Key, tone: Tone, count: number): Note[] => (count ? [{ key, tone, facts: { count } }] : []);
  const changes = sum(actions.make, actions.mend, actions.remove);
  const notes: Note[] = [
    ...counted("web.apps.state.missing", "warn", sum(drift.missing, drift.broken)),
    ...counted("web.apps.state.foreign", "warn", sum(drift.foreign, drift.changed)),
    ...counted("web.apps.state.blocked", "warn", sum(actions.blocked)),
  ];
  if (upgraded)
    notes.push({
      key: "web.apps.state.upgraded",
      tone: "warn",
      facts: { before: upgraded.before ?? "?", now: upgraded.now ?? "?" },
    });
  notes.push(...counted("web.apps.state.work", "info", changes));
  if (config && config.after !== (config.before ?? "")) notes.push({ key: "web.apps.state.config", tone: "info" });
  if (notes.length) return notes;
  const isEmpty = app.links === 0 && sum(actions.keep, actions.there) === 0 && !config;
  return [{ key: isEmpty ? "web.apps.state.empty" : "web.apps.state.fine", tone: isEmpty ? "info" : "ok" }];
}

/** What the button that applies a plan says; nothing where there is nothing to do. */
export function goOf(plan: Counts): { key: Key; facts?: Facts } | undefined {
  const made = sum(plan.actions.make, plan.actions.mend);
  const removed = sum(plan.actions.remove);
  if (made && removed) return { key: "web.apps.go-both", facts: { made, removed } };
  if (made) return { key: "web.apps.go-make", facts: { count: made } };
  if (removed) return { key: "web.apps.go-remove", facts: { count: removed } };
  return plan.work ? { key: "web.apps.go-config" } : undefined;
}
