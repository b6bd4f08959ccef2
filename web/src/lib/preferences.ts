/** How the app looks and behaves for somebody: what was chosen in this browser, else what the server says for all. */

import { chosenLanguage, detect, setLanguage } from "@/i18n";
import { singleKeys } from "./actions";
import { density } from "./density";
import { notify } from "./notify";
import { coverFrom, hideFrom } from "./nsfw";
import { type Stored, stored } from "./stored";
import { theme } from "./theme";

const TEXTS = {
  theme,
  density,
  lang: chosenLanguage,
  nsfw_cover: coverFrom,
  nsfw_hide: hideFrom,
} satisfies Record<string, Stored<string>>;
const FLAGS = { shortcuts: singleKeys, notify } satisfies Record<string, Stored<boolean>>;

/** Every preference by the name of the server's setting that holds where nothing was chosen. */
export const PREFERENCES: Readonly<Record<string, Stored<string> | Stored<boolean>>> = { ...TEXTS, ...FLAGS };

/** What the server said last, so that the first paint needs not wait for it. */
const household = stored<Record<string, unknown>>("modella.household", {});

function follow(values: Readonly<Record<string, unknown>>): void {
  for (const [name, store] of Object.entries(TEXTS)) {
    const value = values[name];
    if (typeof value === "string") store.follow(value);
  }
  for (const [name, store] of Object.entries(FLAGS)) {
    const value = values[name];
    if (typeof value === "boolean") store.follow(value);
  }
}

/** Begins with what the server said last, and speaks another language whenever another one holds. */
export function rememberHousehold(): void {
  follow(household.get());
  chosenLanguage.subscribe(() => void setLanguage(detect()));
}

/** Takes in what the server says for all browsers; what was chosen in this one stays. */
export function followHousehold(values: Readonly<Record<string, unknown>>): void {
  follow(values);
  const known = Object.fromEntries(Object.keys(PREFERENCES).map((name) => [name, values[name]]));
  if (JSON.stringify(known) !== JSON.stringify(household.get())) household.set(known);
}
