/** A value that this browser remembers; where storage is forbidden it lives as long as the page. */
export function stored<Value>(name: string, initial: Value, where: "local" | "session" = "local") {
  let value = initial;
  const listeners = new Set<() => void>();
  const storage = () => (where === "local" ? localStorage : sessionStorage);
  const read = (text: string | null) => {
    if (text === null) return initial;
    try {
      return (typeof initial === "string" ? text : JSON.parse(text)) as Value;
    } catch {
      return initial;
    }
  };
  try {
    value = read(storage().getItem(name));
  } catch {
    // Forbidden: the initial value stays.
  }
  const tell = () => {
    for (const each of listeners) each();
  };
  if (where === "local")
    window.addEventListener("storage", (event) => {
      if (event.key !== name) return;
      value = read(event.newValue);
      tell();
    });
  return {
    get: () => value,
    set(next: Value) {
      value = next;
      try {
        storage().setItem(name, typeof next === "string" ? next : JSON.stringify(next));
      } catch {
        // Forbidden: remembered until the page is left.
      }
      tell();
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
