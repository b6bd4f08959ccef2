import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync("src/styles/tokens.css", "utf8");

type Theme = Record<string, string>;

function themes(): Record<string, Theme> {
  const found: Record<string, Theme> = {};
  for (const [, selector = "", body = ""] of css.matchAll(/([^{}]*\[data-theme="\w+"\])\s*\{([^}]*)\}/g)) {
    const name = selector.match(/data-theme="(\w+)"/)?.[1] ?? "";
    const pairs = [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)];
    found[name] = { ...found.dark, ...Object.fromEntries(pairs.map(([, key, value]) => [key, value])) };
  }
  return found;
}

/** Relative luminance (WCAG 2.1). */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES = ["bg", "s1", "s2", "s3"];
const TEXTS = ["text", "text-2", "text-3", "accent-text", "ok", "warn", "bad", "info"];
const BORDERS = ["line-strong", "focus", "accent"];

describe.each(Object.entries(themes()))("%s", (name, theme) => {
  const of = (token: string) => theme[token] ?? "#ff00ff";
  const leastText = name === "contrast" ? 7 : 4.5;

  test.each(TEXTS)("%s can be read on every surface", (token) => {
    for (const surface of SURFACES) expect(contrast(of(token), of(surface))).toBeGreaterThanOrEqual(leastText);
  });
  test.each(BORDERS)("%s can be told from every surface that it lies on", (token) => {
    for (const surface of SURFACES.filter((each) => token !== "accent" || each !== "s3"))
      expect(contrast(of(token), of(surface))).toBeGreaterThanOrEqual(3);
  });
  test("what stands on a filled button can be read", () => {
    expect(contrast(of("on-accent"), of("accent"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("on-accent"), of("accent-hover"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("on-danger"), of("danger"))).toBeGreaterThanOrEqual(4.5);
  });
  test("what is selected can be read", () => {
    expect(contrast(of("text"), of("tint"))).toBeGreaterThanOrEqual(leastText);
    expect(contrast(of("text-2"), of("tint"))).toBeGreaterThanOrEqual(4.5);
  });
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("chart colour %i shows on the surface and carries its label", (number) => {
    expect(contrast(of(`chart-${number}`), of("s2"))).toBeGreaterThanOrEqual(3);
    expect(contrast(of(`chart-${number}`), of(`on-chart-${number}`))).toBeGreaterThanOrEqual(4.5);
  });
});

test("all three themes are there", () => {
  expect(Object.keys(themes())).toEqual(["dark", "light", "contrast"]);
});
