/** The arithmetic of the wall: how many columns fit, how high a row is, where a key leads. */

export const DENSITIES = ["comfortable", "compact", "list"] as const;
export type Density = (typeof DENSITIES)[number];

const GAP = 12;
const LEAST: Record<Exclude<Density, "list">, number> = { comfortable: 208, compact: 144 };
const WORDS: Record<Exclude<Density, "list">, number> = { comfortable: 62, compact: 46 };
const PICTURE = 1.3;
const LIST_ROW = 64;

export interface Layout {
  columns: number;
  /** Pixels from the top of one row to the top of the next. */
  rowHeight: number;
  cardHeight: number;
  gap: number;
}

/** Cards share the width evenly; a phone gets two columns at least. */
export function layoutOf(width: number, density: Density): Layout {
  if (density === "list") return { columns: 1, rowHeight: LIST_ROW, cardHeight: LIST_ROW, gap: 0 };
  const columns = Math.max(width < 300 ? 1 : 2, Math.floor((width + GAP) / (LEAST[density] + GAP)));
  const card = (width - GAP * (columns - 1)) / columns;
  const cardHeight = Math.round(card * PICTURE) + WORDS[density];
  return { columns, rowHeight: cardHeight + GAP, cardHeight, gap: GAP };
}

/** Where a key leads from a place; undefined for keys that move nothing. */
export function destination(
  key: string,
  from: number,
  total: number,
  { columns, rowsInSight }: { columns: number; rowsInSight: number },
  ctrl: boolean,
): number | undefined {
  const row = Math.floor(from / columns);
  const steps: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: from + columns,
    PageUp: from - columns * rowsInSight,
    PageDown: from + columns * rowsInSight,
    Home: ctrl ? 0 : row * columns,
    End: ctrl ? total - 1 : Math.min(total, (row + 1) * columns) - 1,
  };
  const to = steps[key];
  if (to === undefined || total === 0) return undefined;
  if (key === "ArrowUp" && to < 0) return from;
  if (key === "ArrowDown" && to >= total) return row < Math.floor((total - 1) / columns) ? total - 1 : from;
  return Math.min(total - 1, Math.max(0, to));
}
