import { useSyncExternalStore } from "react";
import type { Stored } from "./stored";

/** A remembered value, and how to change it; every place that shows it follows. */
export function useStored<Value>(store: Stored<Value>): [Value, (next: Value) => void] {
  return [useSyncExternalStore(store.subscribe, store.get), store.set];
}
