import { describe, expect, test } from "vitest";
import { destination, layoutOf } from "./grid";

describe("columns", () => {
  test.each([
    [1180, "comfortable", 5],
    [1180, "compact", 7],
    [358, "comfortable", 2],
    [280, "compact", 1],
    [1180, "list", 1],
  ] as const)("%i pixels hold %s cards in %i columns", (width, density, columns) =>
    expect(layoutOf(width, density).columns).toBe(columns),
  );
});

describe("keys", () => {
  const grid = { columns: 4, rowsInSight: 3 };
  test.each([
    ["ArrowRight", 0, false, 1],
    ["ArrowLeft", 0, false, 0],
    ["ArrowDown", 1, false, 5],
    ["ArrowUp", 2, false, 2],
    ["ArrowDown", 7, false, 9],
    ["ArrowDown", 9, false, 9],
    ["Home", 6, false, 4],
    ["End", 5, false, 7],
    ["End", 9, false, 9],
    ["Home", 9, true, 0],
    ["End", 0, true, 9],
    ["PageDown", 0, false, 9],
    ["PageUp", 9, false, 0],
  ] as const)("%s from %i (ctrl: %s) leads to %i of ten", (key, from, ctrl, to) =>
    expect(destination(key, from, 10, grid, ctrl)).toBe(to),
  );
  test("other keys lead nowhere", () => expect(destination("a", 0, 10, grid, false)).toBeUndefined());
  test("an empty wall has no places", () => expect(destination("End", 0, 0, grid, false)).toBeUndefined());
});
