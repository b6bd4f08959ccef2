import { expect, test } from "vitest";
import { fitness } from "./Palette";

test("beginnings count most, then words, then anything inside, then letters in order", () => {
  const fits = ["Settings", "Go to the settings", "Resettings", "Some extra tiny things"].map((name) =>
    fitness(name, "sett"),
  );
  expect(fits).toEqual([3, 2, 1, 0]);
});
test("letters that are not there do not fit", () => expect(fitness("Library", "xyz")).toBeUndefined());
test("nothing typed fits everything", () => expect(fitness("Library", "")).toBe(3));
