import { expect, test } from "vitest";
import type { Download } from "@/api/downloads";
import { differences, groupOf, layoutOf, moved, placeOf } from "./groups";

const one = (id: string, state: Download["state"], code?: string) =>
  ({ id, state, reason: code ? { code, facts: {} } : null }) as Download;

test("a question about a duplicate waits for a person, other waiting does not", () => {
  expect(groupOf(one("a", "waiting", "duplicate"))).toBe("review");
  expect(groupOf(one("a", "waiting", "no-space"))).toBe("waiting");
  expect(groupOf(one("a", "verifying"))).toBe("running");
});
test("groups keep the order of the queue", () => {
  const layout = layoutOf([one("a", "queued"), one("b", "fetching"), one("c", "queued"), one("d", "paused")]);
  expect(layout).toEqual({ running: ["b"], waiting: ["a", "c"], review: [], paused: ["d"] });
});
test("rows that come, go or change the group count, others do not", () => {
  const before = layoutOf([one("a", "queued"), one("b", "fetching"), one("c", "queued")]);
  const after = layoutOf([one("a", "fetching"), one("c", "queued"), one("d", "queued")]);
  expect(differences(before, after)).toBe(3);
  expect(differences(before, before)).toBe(0);
});
test("a row moves within its group only", () => {
  const layout = layoutOf([one("a", "queued"), one("b", "queued"), one("c", "queued"), one("d", "paused")]);
  expect(moved(layout, "c", "a", false).waiting).toEqual(["c", "a", "b"]);
  expect(moved(layout, "a", "b", true).waiting).toEqual(["b", "a", "c"]);
  expect(moved(layout, "a", "d", true)).toEqual(layout);
});
test("a place is counted in the whole queue without the one that moves", () => {
  const queue = ["run", "a", "b", "c"];
  expect(placeOf(queue, "c", "a", false)).toBe(2);
  expect(placeOf(queue, "a", "c", true)).toBe(4);
  expect(placeOf(queue, "a", "b", true)).toBe(3);
});
