import { describe, expect, it } from "vitest";
import { type LinkLine, outcomeOf } from "@/api/apps";
import { diffOf } from "./diff";
import { byReason, grouped, parted, partsOf } from "./groups";
import { type Counts, goOf, notesOf } from "./stand";

const plan = (change: Partial<Counts> = {}): Counts => ({
  actions: {},
  drift: {},
  reasons: {},
  upgraded: null,
  config: null,
  work: false,
  ...change,
});
const here = { there: true, links: 3 };
const line = (path: string): LinkLine => ({
  action: "make",
  path,
  model: "m",
  name: "n",
  file: "f",
  to: "/lib/f",
  method: null,
  why: null,
  detail: "",
  drift: null,
  size: 1,
});

describe("how an app stands", () => {
  it("says only that it is away when it is", () => {
    expect(notesOf({ there: false, links: 3 }, plan({ drift: { missing: 2 } })).map((each) => each.key)).toEqual([
      "web.apps.state.away",
    ]);
  });
  it("says nothing before anybody knows", () => {
    expect(notesOf(here, undefined)).toEqual([]);
  });
  it("is fine when nothing is to be done", () => {
    expect(notesOf(here, plan({ actions: { keep: 3 } }))).toEqual([{ key: "web.apps.state.fine", tone: "ok" }]);
  });
  it("is not fine but empty when the library has nothing for it", () => {
    expect(notesOf({ there: true, links: 0 }, plan())[0]?.key).toBe("web.apps.state.empty");
  });
  it("tells drift before what waits", () => {
    const notes = notesOf(
      here,
      plan({ actions: { make: 2, blocked: 1 }, drift: { missing: 1, broken: 1, foreign: 1 }, work: true }),
    );
    expect(notes.map((each) => [each.key, each.facts?.count])).toEqual([
      ["web.apps.state.missing", 2],
      ["web.apps.state.foreign", 1],
      ["web.apps.state.blocked", 1],
      ["web.apps.state.work", 2],
    ]);
  });
  it("tells of an upgrade", () => {
    expect(notesOf(here, plan({ upgraded: { before: null, now: "0.4.0" } }))[0]?.facts).toEqual({
      before: "?",
      now: "0.4.0",
    });
  });
});

describe("the button that applies a plan", () => {
  it("counts what is made anew as made", () => {
    expect(goOf(plan({ actions: { make: 2, mend: 1, keep: 9 }, work: true }))).toEqual({
      key: "web.apps.go-make",
      facts: { count: 3 },
    });
  });
  it("tells of both when links come and go", () => {
    expect(goOf(plan({ actions: { make: 2, remove: 1 }, work: true }))?.facts).toEqual({ made: 2, removed: 1 });
  });
  it("writes the configuration when that is all", () => {
    expect(goOf(plan({ work: true }))?.key).toBe("web.apps.go-config");
  });
  it("is not there when there is nothing to do", () => {
    expect(goOf(plan({ actions: { blocked: 4, there: 1 } }))).toBeUndefined();
  });
});

describe("the lines of a plan", () => {
  it("are grouped by folder in the order in which folders come", () => {
    const groups = grouped([line("models/loras/a"), line("models/vae/b"), line("models/loras/c")]);
    expect(groups.map((each) => [each.folder, each.lines.length])).toEqual([
      ["models/loras", 2],
      ["models/vae", 1],
    ]);
  });
  it("show what changes before what stays", () => {
    const { changes, stays } = parted([
      { ...line("a"), action: "keep" },
      { ...line("b"), action: "blocked" },
    ]);
    expect([changes.map((each) => each.path), stays.map((each) => each.path)]).toEqual([["b"], ["a"]]);
  });
  it("know folder and name on every system", () => {
    expect(partsOf("C:\\apps\\models\\x.bin")).toEqual({ folder: "C:\\apps\\models", name: "x.bin" });
    expect(partsOf("x.bin")).toEqual({ folder: "", name: "x.bin" });
  });
  it("put the most frequent reason first", () => {
    const told = byReason([{ why: "kind" }, { why: "family" }, { why: "family" }]);
    expect(told.map(([why, of]) => [why, of.length])).toEqual([
      ["family", 2],
      ["kind", 1],
    ]);
  });
});

describe("a configuration before and after", () => {
  it("is all new where there was no file", () => {
    expect(diffOf("", "a\nb\n")).toEqual([
      { sign: "+", text: "a" },
      { sign: "+", text: "b" },
    ]);
  });
  it("shows what goes, what comes, and a little of what stays", () => {
    const stays = Array.from({ length: 10 }, (_, at) => `line ${at}`);
    expect(diffOf([...stays, "old", "end"].join("\n"), [...stays, "new", "end"].join("\n"))).toEqual([
      { skipped: 7 },
      { sign: " ", text: "line 7" },
      { sign: " ", text: "line 8" },
      { sign: " ", text: "line 9" },
      { sign: "-", text: "old" },
      { sign: "+", text: "new" },
      { sign: " ", text: "end" },
    ]);
  });
  it("never counts a line twice when lines repeat", () => {
    const parts = diffOf("a\na\n", "a\na\na\n");
    expect(parts.filter((each) => "sign" in each && each.sign === "+")).toHaveLength(1);
    expect(parts.filter((each) => "sign" in each && each.sign !== "+")).toHaveLength(2);
  });
});

it("reads what a task has done, and takes nothing for granted", () => {
  expect(outcomeOf({ made: 2, failed: [{ path: "x", model: "m", code: "c", facts: {} }] })).toMatchObject({
    made: 2,
    mended: 0,
    removed: 0,
    config: false,
  });
  expect(outcomeOf({ made: "2" }).made).toBe(0);
});
