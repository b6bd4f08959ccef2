/** What changes in a text that gets one block of ours: the lines before it, those that go, those that come, the rest. */

export interface DiffLine {
  sign: " " | "-" | "+";
  text: string;
}

export type DiffPart = DiffLine | { skipped: number };

const AROUND = 3;
const linesOf = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Lines of both texts with signs; long stretches that stay are only counted. */
export function diffOf(before: string, after: string): DiffPart[] {
  const [old, next] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(old.length, next.length);
  let head = 0;
  while (head < shorter && old[head] === next[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  const signed = (sign: DiffLine["sign"]) => (text: string) => ({ sign, text });
  return [
    ...shortened(old.slice(0, head), "end"),
    ...old.slice(head, old.length - tail).map(signed("-")),
    ...next.slice(head, next.length - tail).map(signed("+")),
    ...shortened(old.slice(old.length - tail), "start"),
  ];
}

/** Unchanged lines, of which only those next to a change are shown. */
function shortened(lines: string[], near: "start" | "end"): DiffPart[] {
  const same = (text: string): DiffLine => ({ sign: " ", text });
  const skipped = lines.length - AROUND;
  if (skipped <= 1) return lines.map(same);
  return near === "end"
    ? [{ skipped }, ...lines.slice(-AROUND).map(same)]
    : [...lines.slice(0, AROUND).map(same), { skipped }];
}
