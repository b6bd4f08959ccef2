/** Where a model is linked, in words: the state of each app, and what a person may say of it there. */

import type { App, LinkAction, ModelInApp } from "@/api/apps";
import type { ModelRecord } from "@/api/models";

export interface Standing {
  state: LinkAction | "off" | "config" | "away";
  /** A code of `links.why` or `links.skipped`. */
  why?: string;
  tone: "ok" | "info" | "warn" | "plain";
}

const WORST: readonly LinkAction[] = ["blocked", "mend", "make", "remove", "there", "keep"];
const TONES = { keep: "ok", there: "ok", make: "info", mend: "info", remove: "info", blocked: "warn" } as const;

/** How a model stands in an app: the worst of its lines, or why there are none. */
export function standingOf(told: ModelInApp, app: Pick<App, "way"> | undefined): Standing {
  if (told.problem) return { state: "away", tone: "warn" };
  const worst = WORST.find((action) => told.lines?.some((each) => each.action === action));
  const line = told.lines?.find((each) => each.action === worst);
  if (worst && line) return { state: worst, tone: TONES[worst], ...(line.why && { why: line.why }) };
  if (told.why) return { state: "off", why: told.why, tone: "plain" };
  return app?.way === "config" ? { state: "config", tone: "ok" } : { state: "off", tone: "plain" };
}

/** What no word of a person can change: the app has no place for it. */
const CANNOT = new Set(["kind", "format"]);
const BY_RULE = new Set([...CANNOT, "family"]);

export interface Switching {
  isOn: boolean;
  canSwitch: boolean;
  /** Whether a person has said something about linking it here. */
  isSaid: boolean;
}

/** The switch of a model in an app: what was said of it, else what the rule of the app says. */
export function switchingOf(told: ModelInApp): Switching {
  const said = typeof told.said.link === "boolean" ? told.said.link : undefined;
  return {
    isOn: said ?? !BY_RULE.has(told.why ?? ""),
    canSwitch: said !== undefined || !CANNOT.has(told.why ?? ""),
    isSaid: said !== undefined,
  };
}

export type Said = NonNullable<ModelRecord["apps"]>[string];

/** What is said of a model in an app with some of it changed; `undefined` and empty texts take a word back. */
export function saidWith(record: ModelRecord, app: string, change: Record<string, unknown>): Said | null {
  const all = Object.entries({ ...record.apps?.[app], ...change });
  const kept = all.filter(([, value]) => value !== undefined && value !== "");
  return kept.length ? (Object.fromEntries(kept) as Said) : null;
}
