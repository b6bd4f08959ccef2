import { describe, expect, test } from "vitest";
import { makeFormat } from "./format";

const english = makeFormat("en");
const german = makeFormat("de");
const NOW = Date.UTC(2026, 10, 21);

describe("sizes", () => {
  test.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1 kB"],
    [999_600, "1 MB"],
    [6_938_041_052, "6.94 GB"],
    [37_500_000, "37.5 MB"],
    [250_000_000_000, "250 GB"],
    [7.5e15, "7,500 TB"],
  ])("%i bytes are %s", (count, told) => expect(english.bytes(count)).toBe(told));
  test("are written as the language does", () => expect(german.bytes(6_938_041_052)).toBe("6,94\u00a0GB"));
});

describe("times", () => {
  test.each([
    [-10, "now"],
    [-90, "1 minute ago"],
    [-7200, "2 hours ago"],
    [86_400, "tomorrow"],
    [-400 * 86_400, "last year"],
  ])("%i seconds away is %s", (away, told) => expect(english.ago(NOW + away * 1000, NOW)).toBe(told));
  test.each([
    [0, "0 sec"],
    [59, "59 sec"],
    [61, "1 min 1 sec"],
    [3599, "59 min"],
    [5400, "1 hr 30 min"],
  ])("%i seconds last %s", (length, told) => expect(english.span(length)).toBe(told));
});

test("a share that is there never reads as nothing", () => {
  expect([0, 0.0001, 0.01, 1].map(english.share)).toEqual(["0%", "<1%", "1%", "100%"]);
});
