import { describe, expect, it } from "vitest";
import type { LinkLine, ModelInApp } from "@/api/apps";
import type { ModelRecord } from "@/api/models";
import { undoOf } from "./edits";
import { saidWith, standingOf, switchingOf } from "./linked";

const told = (change: Partial<ModelInApp> = {}): ModelInApp => ({
  app: "comfyui",
  kind: "comfyui",
  title: "ComfyUI",
  path: "/c",
  auto: true,
  said: {},
  lines: [],
  why: null,
  problem: null,
  ...change,
});
const line = (action: LinkLine["action"], why: string | null = null) => ({ action, why }) as LinkLine;
const record = (apps: ModelRecord["apps"]) => ({ apps, fields: {} }) as unknown as ModelRecord;

describe("how a model stands in an app", () => {
  it("is the worst of its places", () => {
    const lines = [line("keep"), line("blocked", "foreign-file"), line("make")];
    expect(standingOf(told({ lines }), undefined)).toEqual({ state: "blocked", why: "foreign-file", tone: "warn" });
  });
  it("is the reason where it has none", () => {
    expect(standingOf(told({ why: "family" }), undefined)).toMatchObject({ state: "off", why: "family" });
  });
  it("is the app's configuration where it is told by that", () => {
    expect(standingOf(told(), { way: "config" }).state).toBe("config");
  });
  it("is unknown while the app is away", () => {
    expect(standingOf(told({ problem: "app-gone", why: "kind" }), undefined).state).toBe("away");
  });
});

describe("the switch", () => {
  it("is what was said, whatever the rule", () => {
    expect(switchingOf(told({ said: { link: false } }))).toEqual({ isOn: false, canSwitch: true, isSaid: true });
    expect(switchingOf(told({ said: { link: true }, why: "family" })).isOn).toBe(true);
  });
  it("is the rule where nothing was said, and fast where the app has no place", () => {
    expect(switchingOf(told())).toEqual({ isOn: true, canSwitch: true, isSaid: false });
    expect(switchingOf(told({ why: "family" }))).toMatchObject({ isOn: false, canSwitch: true });
    expect(switchingOf(told({ why: "kind" }))).toMatchObject({ isOn: false, canSwitch: false });
  });
  it("stays on for a version that does not fit: that is another rule", () => {
    expect(switchingOf(told({ why: "version" })).isOn).toBe(true);
  });
});

describe("what is said of a model in an app", () => {
  it("keeps the other words", () => {
    const known = record({ comfyui: { versions: ">=0.3" } });
    expect(saidWith(known, "comfyui", { link: false })).toEqual({ versions: ">=0.3", link: false });
    expect(saidWith(known, "comfyui", { versions: "" })).toBeNull();
    expect(saidWith(record({}), "comfyui", { link: undefined })).toBeNull();
  });
  it("comes back when a change is undone", () => {
    const before = record({ comfyui: { link: true } });
    expect(undoOf(before, { apps: { comfyui: { link: false }, forge: null } }).apps).toEqual({
      comfyui: { link: true },
      forge: null,
    });
  });
});
