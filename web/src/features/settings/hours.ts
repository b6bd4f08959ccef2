/** Hours of a day, as settings write them: 22:00-07:00 goes over midnight; no text means always. */

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;
export const DAY = 24 * 60;

/** A part of a day in minutes since midnight; the end is not in it. */
export type Span = readonly [from: number, to: number];

/** Beginning and end as they are typed; two empty texts where there are none. */
export function endsOf(text: string): [string, string] {
  const [from = "", to = ""] = HOURS.test(text) ? text.split("-") : [];
  return [from, to];
}

/** The parts of a day in which hours hold. Hours that end when they begin hold never, as on the server. */
export function spansOf(text: string): Span[] {
  const found = HOURS.exec(text);
  if (!found) return [[0, DAY]];
  const [from = 0, to = 0] = [Number(found[1]) * 60 + Number(found[2]), Number(found[3]) * 60 + Number(found[4])];
  const both: Span[] =
    from <= to
      ? [[from, to]]
      : [
          [0, to],
          [from, DAY],
        ];
  return both.filter(([begin, end]) => end > begin);
}
