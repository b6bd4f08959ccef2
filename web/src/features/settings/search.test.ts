import { expect, test } from "vitest";
import type { Setting } from "@/api/settings";
import { fits, settingFits } from "./search";

const setting = {
  name: "bandwidth",
  title: "Speed limit",
  help: "Bytes a second for all downloads",
  variable: "MODELLA_BANDWIDTH",
  choices: null,
} as Setting;

test("every word must be there, in any order, small or large", () => {
  expect(settingFits("limit SPEED", setting)).toBe(true);
  expect(settingFits("limit picture", setting)).toBe(false);
});
test("the variable and the name find a setting too", () => {
  expect(settingFits("modella_band", setting)).toBe(true);
});
test("accents do not matter", () => expect(fits("epuise", ["Épuisé"])).toBe(true));
