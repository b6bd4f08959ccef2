/** The lines of a plan by the folders of the app, as they lie there. */

import type { LinkAction, LinkLine } from "@/api/apps";

export interface Group {
  folder: string;
  lines: LinkLine[];
}

/** The folder that a place lies in, and its name there. */
export function partsOf(path: string): { folder: string; name: string } {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return at < 0 ? { folder: "", name: path } : { folder: path.slice(0, at), name: path.slice(at + 1) };
}

/** Groups in the order in which their first line comes; what is shown later never goes before what is seen. */
export function grouped(lines: readonly LinkLine[]): Group[] {
  const found = new Map<string, LinkLine[]>();
  for (const line of lines) {
    const { folder } = partsOf(line.path);
    const known = found.get(folder);
    if (known) known.push(line);
    else found.set(folder, [line]);
  }
  return [...found].map(([folder, of]) => ({ folder, lines: of }));
}

const STAYS: readonly LinkAction[] = ["keep", "there"];

/** What changes or is in the way, and what stays as it is. */
export const parted = (lines: readonly LinkLine[]): { changes: LinkLine[]; stays: LinkLine[] } => ({
  changes: lines.filter((each) => !STAYS.includes(each.action)),
  stays: lines.filter((each) => STAYS.includes(each.action)),
});

/** Items by a word of theirs, the most frequent first. */
export function byReason<Item extends { why: string }>(items: readonly Item[]): [string, Item[]][] {
  const found = new Map<string, Item[]>();
  for (const item of items) found.set(item.why, [...(found.get(item.why) ?? []), item]);
  return [...found].sort(([, one], [, other]) => other.length - one.length);
}
