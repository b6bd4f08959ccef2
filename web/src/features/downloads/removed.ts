/** Rows of the history that are about to be removed: hidden at once, gone when nobody has taken it back. */

import { useSyncExternalStore } from "react";
import { dropDownload } from "@/api/downloads";

export const PATIENCE = 8000;

let hidden: ReadonlySet<string> = new Set();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function replace(next: ReadonlySet<string>): void {
  hidden = next;
  for (const tell of listeners) tell();
}

/** Hides a row, and removes it after a while. */
export function removeLater(id: string, onFail: (problem: unknown) => void): void {
  replace(new Set([...hidden, id]));
  const remove = () => {
    timers.delete(id);
    dropDownload(id).catch((problem: unknown) => {
      takeBack(id);
      onFail(problem);
    });
  };
  timers.set(id, setTimeout(remove, PATIENCE));
}

/** Shows a row again; it stays in the history. */
export function takeBack(id: string): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  replace(new Set([...hidden].filter((each) => each !== id)));
}

export const useRemoved = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hidden,
  );
