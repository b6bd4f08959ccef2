/** Which files of a listing can be fetched on their own, and what is wished of them. */

import { type ListedFile, type Preview, type Wish, wishOf } from "@/api/downloads";

/** One thing that can be ticked: a file, or a file in pieces. */
export interface Offer {
  /** What the server is asked for: a path or a name. */
  pattern: string;
  name: string;
  size: number | null;
  /** Format, precision, quantisation. */
  traits: string[];
  isDefault: boolean;
}

/** What a person has decided about one link. */
export interface Choice {
  /** Patterns of the offers that are ticked; undefined leaves it to the source. */
  files?: string[] | undefined;
  duplicate: "skip" | "overwrite" | "link";
}

const OTHERS = new Set(["card", "other", "config", "license", "index", "picture", "training_data"]);
const PIECE = /-\d{5}-of-\d{5}(?=\.)/;

const pathOf = (file: ListedFile) => file.path ?? file.name;

/** The files that hold weights; pieces of one file are one offer, and so are files that share a name. */
export function offersOf({ listing, files }: Preview): Offer[] {
  const chosen = new Set(files.map(pathOf));
  const groups = new Map<string, ListedFile[]>();
  for (const file of listing.files ?? []) {
    if (OTHERS.has(file.role)) continue;
    const name = pathOf(file).replace(PIECE, "");
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return [...groups].map(([name, group]) => offerOf(name, group, chosen));
}

function offerOf(name: string, group: ListedFile[], chosen: ReadonlySet<string>): Offer {
  const [first] = group;
  const sizes = group.map((each) => each.size ?? null);
  const traits = [first?.format, first?.precision, first?.quant, first?.variant].filter((each) => each != null);
  return {
    pattern: first ? pathOf(first) : name,
    name,
    size: sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0 as number | null),
    traits: [...new Set(traits)],
    isDefault: group.some((each) => chosen.has(pathOf(each))),
  };
}

/** The downloads that a link would become: none while something has to be decided, one for each ticked file. */
export function wishesOf(url: string, preview: Preview | undefined, choice: Choice): Wish[] {
  if (!preview || choice.files?.length === 0) return [];
  const isBlocked = preview.problem && !(preview.problem.code === "choose-file" && choice.files);
  const isKnown = preview.duplicates.length > 0 && (choice.files?.length ?? 1) < 2;
  if (isBlocked || (isKnown && choice.duplicate === "skip")) return [];
  const on_duplicate = isKnown ? choice.duplicate : "ask";
  return (choice.files ?? [undefined]).map((file) => ({ ...wishOf(url), file, on_duplicate }));
}

/** Bytes that the wishes of a link would bring, null where nobody knows. */
export function sizeOf(preview: Preview | undefined, choice: Choice, offers: readonly Offer[]): number | null {
  if (!choice.files) return preview?.size ?? null;
  const sizes = offers.filter((each) => choice.files?.includes(each.pattern)).map((each) => each.size);
  return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0 as number | null);
}
