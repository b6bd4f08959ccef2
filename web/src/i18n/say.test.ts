import { expect, test } from "vitest";
import { makeFormat } from "@/lib/format";
import { sayIn } from "./say";

const english = makeFormat("en");
const texts = {
  plain: "Hello {name}",
  many: { one: "{count} model", other: "{count} models" },
  space: "{short} are missing",
  why: "Because {reason}",
  padded: "{count:,} of {name!s}",
  reasons: { "no-such-file": "the file is gone" },
};

test("facts are filled in, missing ones show as a gap", () => {
  expect(sayIn(texts, english, "plain", { name: "Ann" })).toBe("Hello Ann");
  expect(sayIn(texts, english, "plain")).toBe("Hello …");
});
test("plural forms follow the language", () => {
  expect(sayIn(texts, english, "many", { count: 1 })).toBe("1 model");
  expect(sayIn(texts, english, "many", { count: 12_000 })).toBe("12,000 models");
  const russian = makeFormat("ru");
  const told = {
    n: { one: "{count} модель", few: "{count} модели", many: "{count} моделей", other: "{count} модели" },
  };
  expect([1, 3, 5, 21].map((count) => sayIn(told, russian, "n", { count }))).toEqual([
    "1 модель",
    "3 модели",
    "5 моделей",
    "21 модель",
  ]);
});
test("sizes and reasons are put into words", () => {
  expect(sayIn(texts, english, "space", { short: 1_500_000_000 })).toBe("1.5 GB are missing");
  expect(sayIn(texts, english, "why", { reason: "no-such-file" })).toBe("Because the file is gone");
  expect(sayIn(texts, english, "padded", { count: 3, name: "x" })).toBe("3 of x");
});
test("a group and an unknown key are no text", () => {
  expect(sayIn(texts, english, "reasons")).toBeUndefined();
  expect(sayIn(texts, english, "no.such")).toBeUndefined();
});
