/** In which group a download stands, and an order that stays still while somebody is at it. */

import { type Download, type DownloadState, WORKING } from "@/api/downloads";

export const GROUPS = ["running", "waiting", "review", "paused"] as const;
export type Group = (typeof GROUPS)[number];

/** What a download does now: it runs, waits for its turn, waits for a person, or is stopped. */
export function groupOf({ state, reason }: Pick<Download, "state" | "reason">): Group {
  if (WORKING.has(state)) return "running";
  if (state === "review" || (state === "waiting" && reason?.code === "duplicate")) return "review";
  return state === "paused" ? "paused" : "waiting";
}

export type Layout = Record<Group, readonly string[]>;

/** Ids of each group, in the order of the queue. */
export function layoutOf(downloads: readonly Download[]): Layout {
  const ids = (group: Group) => downloads.filter((each) => groupOf(each) === group).map((each) => each.id);
  return { running: ids("running"), waiting: ids("waiting"), review: ids("review"), paused: ids("paused") };
}

const placesOf = (layout: Layout) =>
  new Map(GROUPS.flatMap((group) => layout[group].map((id) => [id, group] as const)));

/** How many rows would come, go or change their group if the layout were shown anew. */
export function differences(shown: Layout, live: Layout): number {
  const [before, after] = [placesOf(shown), placesOf(live)];
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((id) => before.get(id) !== after.get(id)).length;
}

/** The place in the whole queue, from 1, that puts a download before or behind another one. */
export function placeOf(queue: readonly string[], id: string, beside: string, isBehind: boolean): number {
  const others = queue.filter((each) => each !== id);
  return others.indexOf(beside) + (isBehind ? 2 : 1);
}

/** The layout with a row before or behind another one of its group. */
export function moved(layout: Layout, id: string, beside: string, isBehind: boolean): Layout {
  const arranged = (ids: readonly string[]) => {
    if (!ids.includes(id) || !ids.includes(beside)) return ids;
    const others = ids.filter((each) => each !== id);
    return others.toSpliced(others.indexOf(beside) + (isBehind ? 1 : 0), 0, id);
  };
  const { running, waiting, review, paused } = layout;
  return {
    running: arranged(running),
    waiting: arranged(waiting),
    review: arranged(review),
    paused: arranged(paused),
  };
}

/** States in which a download can be stopped, go on, or be ended. */
export const CAN_PAUSE: ReadonlySet<DownloadState> = new Set([
  "queued",
  "waiting",
  "describing",
  "fetching",
  "verifying",
]);
