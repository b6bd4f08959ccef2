/** Which of the app's own overlays is open: one at a time. */

export type Overlay = "palette" | "shortcuts";

let open: Overlay | undefined;
const listeners = new Set<() => void>();

export function openOverlay(which: Overlay | undefined): void {
  open = which;
  for (const tell of listeners) tell();
}

export const overlay = {
  get: () => open,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
