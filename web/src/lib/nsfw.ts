/** What is covered until it is asked for: by level, with a lock for the session. Levels are Civitai's bits. */

import { stored } from "./stored";

export const LEVELS = { pg: 1, pg13: 2, r: 4, x: 8, xxx: 16, blocked: 32 } as const;
export type Level = keyof typeof LEVELS;

/** The strongest of the ratings that a level holds, by name. */
export function levelName(level: number): Level {
  const names = Object.keys(LEVELS) as Level[];
  return names.findLast((name) => LEVELS[name] & level) ?? "pg";
}

/** Pictures from this level on are covered. `never` covers nothing. */
export const coverFrom = stored<string>("modella.cover", "r");

/** Models from this level on are left out of lists. `never` leaves nothing out. */
export const hideFrom = stored<string>("modella.hide", "never");
/** The levels that are left out of lists, the mildest first. */
export function hiddenLevels(): Level[] {
  const from = LEVELS[hideFrom.get() as Level];
  return from === undefined ? [] : (Object.keys(LEVELS) as Level[]).filter((each) => LEVELS[each] >= from);
}
/** While it is locked nothing that is covered can be uncovered, until the browser's session ends or it is unlocked. */
export const locked = stored<boolean>("modella.locked", false, "session");

/** What was uncovered by hand in this session, by model. */
const shown = new Set<string>();
const listeners = new Set<() => void>();

/** Uncovers the pictures of one model, or covers them again. */
export function uncover(id: string, isShown = true): void {
  if (isShown) shown.add(id);
  else shown.delete(id);
  for (const tell of listeners) tell();
}

export const uncovered = {
  has: (id: string) => shown.has(id),
  subscribe(listener: () => void) {
    const stops = [coverFrom.subscribe(listener), locked.subscribe(listener)];
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      for (const stop of stops) stop();
    };
  },
};

/** Whether a picture is covered. What was never rated counts as tame. */
export function isCovered(id: string, level: number | null | undefined): boolean {
  const strongest = level ?? 0;
  if (locked.get()) return strongest > LEVELS.pg13;
  const from = LEVELS[coverFrom.get() as Level];
  return from !== undefined && strongest >= from && !shown.has(id);
}
