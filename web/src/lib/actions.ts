/** One action, one object: menus, the palette, shortcuts and the help sheet all read the same one. */

import { type ComponentType, useEffect, useSyncExternalStore } from "react";
import type { Facts, Key } from "@/i18n/texts";
import { stored } from "./stored";

export interface Action {
  id: string;
  name: Key;
  facts?: Facts;
  group: "go" | "page" | "selection" | "app";
  icon?: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  /** Like `?`, `g l` (one after the other), `Mod+k`, `Delete`. */
  shortcut?: string;
  /** Works while a field has the focus too. Only for shortcuts with a modifier. */
  inFields?: boolean;
  when?: () => boolean;
  run: () => void;
}

/** Whether single keys do something (WCAG 2.1.4 wants a way to switch them off). */
export const singleKeys = stored<boolean>("modella.keys", true);

const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
let actions: readonly Action[] = [];
const listeners = new Set<() => void>();

function replace(next: readonly Action[]) {
  actions = next;
  for (const tell of listeners) tell();
}

/** Offers actions while the component that calls this is shown. The list must be stable (useMemo). */
export function useActions(offered: readonly Action[]): void {
  useEffect(() => {
    replace([...actions, ...offered]);
    return () => replace(actions.filter((each) => !offered.includes(each)));
  }, [offered]);
}

/** All actions that are offered now. */
export function useOfferedActions(): readonly Action[] {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => actions,
  );
}

const isPossible = (action: Action) => action.when?.() ?? true;

function pressed(event: KeyboardEvent): string {
  const mod = IS_MAC ? event.metaKey : event.ctrlKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && event.key.length > 1;
  return `${mod ? "Mod+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

const FIELDS = "input:not([type=checkbox],[type=radio],[type=button]),textarea,select,[contenteditable],[role=textbox]";
const isField = (target: EventTarget | null) => target instanceof Element && target.closest(FIELDS) !== null;
const isBlocked = () =>
  document.querySelector("dialog[open],[role=dialog],[role=alertdialog],[role=menu],[role=listbox]") !== null;

/** Runs the action whose shortcut is pressed; two keys one after the other within a second count as a sequence. */
export function listenForShortcuts(): () => void {
  let before = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  function listen(event: KeyboardEvent) {
    if (event.defaultPrevented || event.isComposing) return;
    const key = pressed(event);
    const sequence = before ? `${before} ${key}` : key;
    const inField = isField(event.target);
    const found = actions.findLast(
      (each) =>
        each.shortcut?.split(",").some((wanted) => wanted === sequence || wanted === key) &&
        (!inField || each.inFields) &&
        (each.inFields || !isBlocked()) &&
        (key.includes("+") || key.length > 1 || singleKeys.get()) &&
        isPossible(each),
    );
    clearTimeout(timer);
    before = "";
    if (found) {
      event.preventDefault();
      found.run();
    } else if (!inField && key.length === 1) {
      before = key;
      timer = setTimeout(() => {
        before = "";
      }, 1000);
    }
  }
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}

/** A shortcut as people read it, key by key. */
export function keysOf(shortcut: string): string[] {
  const first = shortcut.split(",")[0] ?? "";
  return first
    .split(" ")
    .map((part) => (part.includes("+") ? part.replace(/[a-z]$/, (letter) => letter.toUpperCase()) : part))
    .map((part) => part.replace("Mod+", IS_MAC ? "⌘" : "Ctrl+").replace("Alt+", IS_MAC ? "⌥" : "Alt+"));
}

export { isPossible };
