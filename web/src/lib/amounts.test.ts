import { expect, test } from "vitest";
import { bytesAsTyped, bytesIn } from "./amounts";

test.each([
  ["5 MB", 5_000_000],
  ["500k", 500_000],
  ["1.5 MiB", 1_572_864],
  ["1,5 GB", 1_500_000_000],
  ["2MB/s", 2_000_000],
  [" 0 ", 0],
  ["12", 12],
])("%s means %i bytes", (text, count) => expect(bytesIn(text)).toBe(count));

test.each(["", "much", "5 XB", "-1", "1e6"])("%s means no bytes", (text) => expect(bytesIn(text)).toBeUndefined());

test.each([0, 999, 1000, 1536, 5_000_000, 1_250_000_000, 1_234_567, 10 ** 12])(
  "%i bytes are typed so that they mean the same",
  (count) => expect(bytesIn(bytesAsTyped(count))).toBe(count),
);

test("round amounts are short", () => {
  expect([5_000_000, 1_250_000_000, 1536].map(bytesAsTyped)).toEqual(["5 MB", "1.25 GB", "1536"]);
});
