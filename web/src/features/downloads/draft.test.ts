import { expect, test } from "vitest";
import { draftOf, fieldsOf } from "./draft";

const known = draftOf({ name: "A", draft: { name: "A", version: "v1", kind: "lora", tags: ["x"] } });

test("a draft has every field, also where the server has none", () => {
  expect(draftOf({ name: "B", draft: {} })).toEqual({
    ...{ name: "B", version: "", kind: "unknown", family: "", base_model: "", tags: [], trained_words: [] },
  });
});
test("only what was changed is sent, and what was emptied is nothing", () => {
  expect(fieldsOf(known, known)).toEqual({});
  expect(fieldsOf({ ...known, version: " ", tags: ["x", "y"] }, known)).toEqual({ version: null, tags: ["x", "y"] });
  expect(fieldsOf({ ...known, name: " New " }, known)).toEqual({ name: "New" });
});
