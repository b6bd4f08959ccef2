/** Short messages that come and go: what was done, with a way back. */

import { announce } from "./announce";

export interface Toast {
  text: string;
  tone?: "ok" | "bad" | "info";
  detail?: string;
  action?: { label: string; run: () => void };
  /** Milliseconds until it goes; errors stay until they are closed. */
  stays?: number;
}

export interface ShownToast extends Toast {
  id: number;
}

const STAYS = 8000;
const MOST = 4;
let shown: readonly ShownToast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function replace(toasts: readonly ShownToast[]) {
  shown = toasts;
  for (const tell of listeners) tell();
}

/** Shows a message and tells it to screen readers; gives its number. */
export function toast(told: Toast): number {
  const id = next++;
  const stays = told.stays ?? (told.tone === "bad" ? Number.POSITIVE_INFINITY : STAYS);
  replace([...shown, { ...told, stays, id }].slice(-MOST));
  announce(told.detail ? `${told.text}. ${told.detail}` : told.text);
  return id;
}

export function dismiss(id: number): void {
  replace(shown.filter((each) => each.id !== id));
}

export const toasts = {
  get: () => shown,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
