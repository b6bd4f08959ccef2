import { expect, test } from "vitest";
import { linksOf } from "./links";

test("each line is a link, empty lines and comments are none", () => {
  expect(linksOf("https://a.example/1\r\n\n# from a list\norg/name\n")).toEqual(["https://a.example/1", "org/name"]);
});
test("addresses in one line are several links", () => {
  expect(linksOf("https://a.example/1 <https://b.example/2>")).toEqual(["https://a.example/1", "https://b.example/2"]);
});
test("a pasted command stays whole", () => {
  expect(linksOf("hf download org/name file.gguf")).toEqual(["hf download org/name file.gguf"]);
});
test("the same link twice is one, and there is an end", () => {
  expect(linksOf("a/b\na/b")).toEqual(["a/b"]);
  expect(linksOf(Array.from({ length: 90 }, (_, at) => `o/${at}`).join("\n"))).toHaveLength(50);
});
