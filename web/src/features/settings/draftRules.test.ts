import { expect, test } from "vitest";
import type { Rule } from "@/api/rules";
import { draftsOf, isSame, moved, newDraft, rulesOf } from "./draftRules";

test("what is edited is what was there", () => {
  const rules: Rule[] = [
    { when: { kind: "lora", family: "sdxl" }, to: "loras/{name}" },
    { when: {}, to: "{name}" },
  ];
  expect(rulesOf(draftsOf(rules))).toEqual(rules);
});
test("a condition counts once it has a value", () => {
  const draft = newDraft(" {name} ", [
    { fact: "kind", value: " " },
    { fact: "family", value: " sdxl " },
  ]);
  expect(rulesOf([draft])).toEqual([{ when: { family: "sdxl" }, to: "{name}" }]);
});
test("the order of conditions means nothing, that of rules does", () => {
  const [one, other] = [
    { when: { kind: "lora", family: "sdxl" }, to: "a/{name}" },
    { when: { family: "sdxl", kind: "lora" }, to: "a/{name}" },
  ];
  expect(isSame([one], [other])).toBe(true);
  expect(isSame([one, { when: {}, to: "b/{name}" }], [{ when: {}, to: "b/{name}" }, other])).toBe(false);
});
test("an entry moves up and down", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a"], 3, 0)).toEqual(["a"]);
});
