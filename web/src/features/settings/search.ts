/** Finding settings, and the places of the settings that are no field, by typed words. */

import type { Setting } from "@/api/settings";
import type { Key } from "@/i18n/texts";

/** A part of the settings that is no field: its name, and words that people may look for. */
export interface Place {
  section: string;
  anchor?: string;
  title: Key;
  words: Key;
}

export const PLACES: readonly Place[] = [
  { section: "library", anchor: "folders", title: "web.settings.folders", words: "web.settings.found.folders" },
  { section: "library", anchor: "adopt", title: "web.settings.adopt-title", words: "web.settings.adopt-lead" },
  { section: "library", anchor: "upkeep", title: "web.settings.upkeep", words: "web.settings.found.upkeep" },
  { section: "library", anchor: "doctor", title: "web.settings.doctor", words: "web.settings.doctor-lead" },
  { section: "rules", title: "web.settings.rules", words: "web.settings.rules-lead" },
  { section: "rules", title: "web.settings.there", words: "web.settings.there-lead" },
  { section: "keys", title: "web.settings.sections.keys", words: "web.settings.found.keys" },
  { section: "appearance", anchor: "nsfw", title: "web.settings.lock", words: "web.settings.lock-help" },
  { section: "backups", title: "web.settings.backups", words: "web.settings.found.backups" },
  { section: "about", title: "web.settings.sections.about", words: "web.settings.found.about" },
];

const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether every typed word stands in one of the texts. */
export function fits(typed: string, texts: readonly string[]): boolean {
  const whole = fold(texts.join(" "));
  return fold(typed)
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

export const settingFits = (typed: string, setting: Setting): boolean =>
  fits(typed, [
    setting.title,
    setting.help,
    setting.name,
    setting.variable,
    ...(setting.choices?.map((each) => each.title) ?? []),
  ]);
