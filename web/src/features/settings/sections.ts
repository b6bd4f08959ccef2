/** The sections of the settings: what each is called, and what it shows; those of the server that have no page of
 * their own here show their fields. */

import {
  Archive,
  Download,
  Images,
  Info,
  KeyRound,
  ListTree,
  type LucideIcon,
  Network,
  Palette,
  Server,
  SlidersHorizontal,
} from "lucide-react";
import type { ComponentType } from "react";
import type { Settings } from "@/api/settings";
import type { Key } from "@/i18n/texts";
import { AboutSection } from "./AboutSection";
import { AppearanceSection } from "./AppearanceSection";
import { BackupsSection } from "./BackupsSection";
import { DownloadsSection } from "./DownloadsSection";
import { KeysSection } from "./KeysSection";
import { LibrarySection } from "./LibrarySection";
import { RulesSection } from "./RulesSection";

export interface Section {
  name: string;
  /** Words of ours, or the server's. */
  title: Key | { told: string };
  icon: LucideIcon;
  content?: ComponentType;
}

const OURS: Section[] = [
  { name: "library", title: "web.settings.sections.library", icon: Images, content: LibrarySection },
  { name: "rules", title: "web.settings.sections.rules", icon: ListTree, content: RulesSection },
  { name: "keys", title: "web.settings.sections.keys", icon: KeyRound, content: KeysSection },
  { name: "downloads", title: "web.settings.sections.downloads", icon: Download, content: DownloadsSection },
  { name: "appearance", title: "web.settings.sections.appearance", icon: Palette, content: AppearanceSection },
  { name: "backups", title: "web.settings.sections.backups", icon: Archive, content: BackupsSection },
];
const LAST: Section = { name: "about", title: "web.settings.sections.about", icon: Info, content: AboutSection };
const ICONS: Record<string, LucideIcon> = { network: Network, system: Server };

/** Sections of the server that another section shows. */
const WITHIN: Record<string, string> = { previews: "appearance" };

/** The section in which a setting is shown. */
export const sectionOf = (setting: Settings["settings"][number]): string =>
  setting.type === "rules" ? "rules" : (WITHIN[setting.section] ?? setting.section);

/** Every section in its order. */
export function sectionsOf(settings: Settings | undefined): Section[] {
  const known = new Set([...OURS.map((each) => each.name), ...Object.keys(WITHIN)]);
  const others = settings?.sections.filter((each) => !known.has(each.name)) ?? [];
  return [
    ...OURS,
    ...others.map(({ name, title }) => ({ name, title: { told: title }, icon: ICONS[name] ?? SlidersHorizontal })),
    LAST,
  ];
}
