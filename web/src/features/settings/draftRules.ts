/** Placement rules while somebody edits them: conditions in an order, half-typed ones too, each with a key of its own. */

import type { Rule } from "@/api/rules";

export interface Condition {
  fact: string;
  value: string;
}
export interface Draft {
  key: number;
  when: Condition[];
  to: string;
}

let next = 1;
export const newDraft = (to: string, when: Condition[] = []): Draft => ({ key: next++, when, to });

export const draftsOf = (rules: readonly Rule[]): Draft[] =>
  rules.map(({ when = {}, to }) =>
    newDraft(
      to,
      Object.entries(when).map(([fact, value]) => ({ fact, value })),
    ),
  );

/** The rules as the server takes them; a condition without a value is not there yet. */
export const rulesOf = (drafts: readonly Draft[]): Rule[] =>
  drafts.map(({ when, to }) => ({
    when: Object.fromEntries(
      when.filter((each) => each.value.trim()).map((each) => [each.fact, each.value.trim()] as const),
    ),
    to: to.trim(),
  }));

/** Whether two lists of rules mean the same; the order of conditions means nothing. */
export function isSame(one: readonly Rule[], other: readonly Rule[]): boolean {
  const told = (rules: readonly Rule[]) =>
    JSON.stringify(rules.map(({ when = {}, to }) => [Object.entries(when).sort(), to]));
  return told(one) === told(other);
}

/** The list with one entry at another place. */
export function moved<Entry>(list: readonly Entry[], from: number, to: number): Entry[] {
  const rest = list.filter((_, at) => at !== from);
  const entry = list[from];
  return entry === undefined ? [...list] : [...rest.slice(0, to), entry, ...rest.slice(to)];
}
