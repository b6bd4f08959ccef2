import { expect, it } from "vitest";
import { saidBefore } from "./saidBefore";

it("gives every model its own word back, with few requests", () => {
  const before = { comfyui: { a: null, b: true, c: null }, forge: { a: false } };
  expect(saidBefore(before)).toEqual([
    { ids: ["b"], link: { comfyui: true } },
    { ids: ["a", "c"], link: { comfyui: null } },
    { ids: ["a"], link: { forge: false } },
  ]);
});
