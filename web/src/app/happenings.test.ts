import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Download } from "@/api/downloads";
import { type Happening, happeningOf, makeTeller } from "./happenings";

const one = (id: string, state: Download["state"], more: Partial<Download> = {}) =>
  ({ id, state, bytes: 0, reason: null, ...more }) as Download;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function listening(isQuiet = (_: string) => false) {
  const told: [Happening, string[]][] = [];
  const teller = makeTeller({ isQuiet, tell: (what, all) => told.push([what, all.map((each) => each.id)]) });
  return { told, teller };
}

test("only beginnings, ends, failures and questions are news", () => {
  expect(happeningOf(one("a", "describing"), "queued")).toBeUndefined();
  expect(happeningOf(one("a", "fetching"), "describing")).toBe("started");
  expect(happeningOf(one("a", "fetching", { bytes: 5 }), "queued")).toBeUndefined();
  expect(happeningOf(one("a", "quarantined"), "verifying")).toBe("failed");
  expect(happeningOf(one("a", "cancelled"), "fetching")).toBeUndefined();
  expect(happeningOf(one("a", "waiting", { reason: { code: "duplicate", facts: {} } }), "describing")).toBe("asks");
  expect(happeningOf(one("a", "done"), "done")).toBeUndefined();
});
test("what happens at once is told together, each sort once", () => {
  const { told, teller } = listening();
  for (const id of ["a", "b", "c"]) teller.hear(one(id, "fetching"));
  teller.hear(one("d", "failed"));
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([
    ["started", ["a", "b", "c"]],
    ["failed", ["d"]],
  ]);
});
test("many steps make one message", () => {
  const { told, teller } = listening();
  for (const state of ["queued", "describing", "fetching", "verifying", "placing", "done"] as const)
    teller.hear(one("a", state));
  vi.advanceTimersByTime(5000);
  expect(told.flatMap(([what, ids]) => (ids.length ? [what] : []))).toEqual(["done"]);
});
test("models that nobody asked for are no news", () => {
  const { told, teller } = listening();
  for (const state of ["placing", "done"] as const) teller.hear(one("sample", state));
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([]);
});
test("what fails under somebody's eyes is not told again", () => {
  const { told, teller } = listening((id) => id === "a");
  teller.hear(one("a", "failed"));
  teller.hear(one("b", "failed"));
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([["failed", ["b"]]]);
});
