/** How far downloads are: apart from the query cache, so that a tick redraws only the row it is about. */

import { useSyncExternalStore } from "react";

export interface Progress {
  id: string;
  step: string;
  file?: string | null;
  bytes: number;
  total?: number | null;
  speed: number;
  eta?: number | null;
  connections: number;
}

const known = new Map<string, Progress>();
const listeners = new Map<string, Set<() => void>>();
const ALL = "*";

function tell(id: string) {
  for (const each of [...(listeners.get(id) ?? []), ...(listeners.get(ALL) ?? [])]) each();
}

function subscribe(id: string, listener: () => void) {
  const mine = listeners.get(id) ?? new Set();
  listeners.set(id, mine.add(listener));
  return () => {
    mine.delete(listener);
  };
}

export function noteProgress(progress: Progress): void {
  known.set(progress.id, progress);
  sum = undefined;
  tell(progress.id);
}

export function forgetProgress(id: string): void {
  if (!known.delete(id)) return;
  sum = undefined;
  tell(id);
}

/** The last that was told of a download's progress. */
export function useProgress(id: string): Progress | undefined {
  return useSyncExternalStore(
    (listener) => subscribe(id, listener),
    () => known.get(id),
  );
}

let sum: { speed: number; left: number } | undefined;

/** Bytes a second of all downloads together, and how many bytes are known to be left. */
export function useTotals(): { speed: number; left: number } {
  return useSyncExternalStore(
    (listener) => subscribe(ALL, listener),
    () => {
      sum ??= [...known.values()].reduce(
        (all, each) => ({
          speed: all.speed + each.speed,
          left: all.left + Math.max(0, (each.total ?? each.bytes) - each.bytes),
        }),
        { speed: 0, left: 0 },
      );
      return sum;
    },
  );
}
