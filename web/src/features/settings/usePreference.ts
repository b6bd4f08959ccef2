import { useSyncExternalStore } from "react";
import type { Setting } from "@/api/settings";
import { PREFERENCES } from "@/lib/preferences";
import type { Stored } from "@/lib/stored";

export type Scope = "here" | "all";
type Value = string | boolean;

/** A preference of this browser: its value now, whether it was chosen here, how to choose it and how to forget that. */
export function usePreference(setting: Setting) {
  const store = PREFERENCES[setting.name] as unknown as Stored<Value> | undefined;
  if (!store) throw new Error(`${setting.name} is no preference`);
  const value = useSyncExternalStore(store.subscribe, store.get);
  const isChosen = useSyncExternalStore(store.subscribe, store.isChosen);
  return { value, isChosen, choose: store.set, forget: store.forget };
}
