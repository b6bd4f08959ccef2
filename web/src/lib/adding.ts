/** Anything can ask for the sheet that adds models: what was pasted or dropped is handed over here. */

export interface Adding {
  text?: string;
  files?: File[];
}

let asked: Adding | undefined;
const listeners = new Set<() => void>();

/** Opens the sheet, with links or files where there are some; undefined closes it. */
export function openAdd(what: Adding | undefined): void {
  asked = what;
  for (const tell of listeners) tell();
}

export const adding = {
  get: () => asked,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
