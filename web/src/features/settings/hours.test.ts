import { expect, test } from "vitest";
import { DAY, endsOf, spansOf } from "./hours";

test("hours of a day", () => expect(spansOf("08:00-23:30")).toEqual([[480, 1410]]));
test("hours over midnight are two parts of a day", () =>
  expect(spansOf("22:00-07:00")).toEqual([
    [0, 420],
    [1320, DAY],
  ]));
test("hours until midnight are one part", () => expect(spansOf("22:00-00:00")).toEqual([[1320, DAY]]));
test("no hours mean always", () => expect(spansOf("")).toEqual([[0, DAY]]));
test("hours that end when they begin hold never", () => expect(spansOf("08:00-08:00")).toEqual([]));
test("what is typed is beginning and end", () => {
  expect(endsOf("22:00-07:00")).toEqual(["22:00", "07:00"]);
  expect(endsOf("")).toEqual(["", ""]);
});
