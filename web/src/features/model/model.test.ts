import { describe, expect, test } from "vitest";
import type { ModelRecord } from "@/api/models";
import { differing, undoOf } from "./edits";
import { negativeOf, parametersOf, resourcesOf, settingsOf, shotsOf, workflowOf } from "./pictures";

const record = (fields: object) => ({ fields }) as unknown as ModelRecord;

describe("taking a change back", () => {
  const seen = record({
    name: { origin: "user", value: "Mine", user: "Mine", source: "Theirs" },
    notes: { origin: null, value: null },
    rating: { origin: "imported", value: 4, imported: 4 },
    tags: { origin: "source", value: ["a"], source: ["a"] },
  });
  test("one's own earlier word comes back", () =>
    expect(undoOf(seen, { set: { name: "New" } })).toEqual({ set: { name: "Mine" }, reset: [] }));
  test("where there was none, none is left", () =>
    expect(undoOf(seen, { set: { notes: "x" }, add_tags: ["b"] })).toEqual({ set: {}, reset: ["notes", "tags"] }));
  test("a word from another tool counts again", () =>
    expect(undoOf(seen, { reset: ["rating"] })).toEqual({ set: { rating: 4 }, reset: [] }));
});

test("what is new is told by field", () =>
  expect(
    differing(
      record({ name: { value: "a" }, tags: { value: ["x"] } }),
      record({ name: { value: "b" }, tags: { value: ["x"] } }),
    ),
  ).toEqual(["name"]));

describe("pictures", () => {
  test("are counted as the server counts them: those that were fetched", () => {
    const shots = shotsOf([
      { type: "image", meta: {} },
      { type: "image", file: "a.webp", meta: {} },
    ]);
    expect(shots.map((each) => [each.number, each.preview.file])).toEqual([[1, "a.webp"]]);
  });
  test("that were not fetched are told of where there is no other", () =>
    expect(shotsOf([{ type: "video", meta: {} }])).toHaveLength(1));
  const preview = {
    type: "image",
    prompt: "a lamp",
    meta: {
      prompt: "a lamp",
      negativePrompt: "blur",
      steps: 20,
      cfgScale: 4.5,
      seed: 7,
      comfy: { nodes: [] },
      resources: [{ name: "X", type: "lora", weight: 0.8 }, null, {}],
      hashes: { model: "ab" },
    },
  };
  test("tell what made them", () => {
    expect(negativeOf(preview)).toBe("blur");
    expect(settingsOf(preview)).toEqual([
      ["steps", "20"],
      ["cfgScale", "4.5"],
      ["seed", "7"],
    ]);
    expect(resourcesOf(preview)).toEqual([{ name: "X", type: "lora", weight: "0.8" }]);
    expect(workflowOf(preview)).toBe('{"nodes":[]}');
  });
  test("are copied as other tools read it", () =>
    expect(parametersOf(preview)).toBe("a lamp\nNegative prompt: blur\nSteps: 20, CFG scale: 4.5, Seed: 7"));
});
