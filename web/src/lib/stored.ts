/** A value that this browser remembers; where storage is forbidden it lives as long as the page. */
export function stored<Value>(name: string, initial: Value, where: "local" | "session" = "local") {
  let chosen: Value | undefined;
  let otherwise = initial;
  const listeners = new Set<() => void>();
  const storage = () => (where === "local" ? localStorage : sessionStorage);
  const read = (text: string | null): Value | undefined => {
    if (text === null) return undefined;
    try {
      return (typeof initial === "string" ? text : JSON.parse(text)) as Value;
    } catch {
      return undefined;
    }
  };
  try {
    chosen = read(storage().getItem(name));
  } catch {
    // Forbidden: the initial value stays.
  }
  const tell = () => {
    for (const each of listeners) each();
  };
  if (where === "local")
    window.addEventListener("storage", (event) => {
      if (event.key !== name) return;
      chosen = read(event.newValue);
      tell();
    });
  return {
    get: () => chosen ?? otherwise,
    set(next: Value) {
      chosen = next;
      try {
        storage().setItem(name, typeof next === "string" ? next : JSON.stringify(next));
      } catch {
        // Forbidden: remembered until the page is left.
      }
      tell();
    },
    /** Whether somebody has chosen a value here. */
    isChosen: () => chosen !== undefined,
    /** Takes the choice back: what holds otherwise holds again. */
    forget() {
      chosen = undefined;
      try {
        storage().removeItem(name);
      } catch {
        // Forbidden: there was nothing.
      }
      tell();
    },
    /** What holds as long as nothing is chosen. */
    follow(next: Value) {
      if (next === otherwise) return;
      otherwise = next;
      if (chosen === undefined) tell();
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export type Stored<Value> = ReturnType<typeof stored<Value>>;
