import { expect, test } from "vitest";
import type { ListedFile, Preview } from "@/api/downloads";
import { offersOf, sizeOf, wishesOf } from "./offers";

const file = (name: string, more: Partial<ListedFile> = {}) =>
  ({
    name,
    size: 10,
    role: "model",
    primary: false,
    required: false,
    size_exact: true,
    digests: {},
    ...more,
  }) as ListedFile;

const preview = (files: ListedFile[], more: Partial<Preview> = {}) =>
  ({ listing: { files }, files: [], duplicates: [], problem: null, size: null, ...more }) as unknown as Preview;

test("what is no weights is not offered, pieces are one offer with their sum", () => {
  const files = [
    file("README.md", { role: "card" }),
    file("m-00001-of-00002.safetensors", { role: "shard" }),
    file("m-00002-of-00002.safetensors", { role: "shard" }),
    file("q4.gguf", { quant: "Q4_K_M", format: "gguf" }),
  ];
  const offers = offersOf(preview(files));
  expect(offers.map(({ name, size, traits }) => [name, size, traits])).toEqual([
    ["m.safetensors", 20, []],
    ["q4.gguf", 10, ["gguf", "Q4_K_M"]],
  ]);
});
test("the source's own choice is marked", () => {
  const files = [file("a.safetensors"), file("b.safetensors")];
  expect(offersOf(preview(files, { files: files.slice(0, 1) })).map((each) => each.isDefault)).toEqual([true, false]);
});
test("each ticked file is a download of its own", () => {
  const told = preview([file("a"), file("b")], { problem: { code: "choose-file", facts: {} } });
  expect(wishesOf("l", told, { duplicate: "skip" })).toEqual([]);
  expect(wishesOf("l", told, { duplicate: "skip", files: [] })).toEqual([]);
  expect(wishesOf("l", told, { duplicate: "skip", files: ["a", "b"] }).map((each) => each.file)).toEqual(["a", "b"]);
  expect(sizeOf(told, { duplicate: "skip", files: ["a", "b"] }, offersOf(told))).toBe(20);
});
test("what the library has is fetched only when that was chosen", () => {
  const told = preview([file("a")], { duplicates: [{ id: "1", name: "A", path: "a" }] });
  expect(wishesOf("l", told, { duplicate: "skip" })).toEqual([]);
  expect(wishesOf("l", told, { duplicate: "overwrite" })[0]?.on_duplicate).toBe("overwrite");
});
test("a link that cannot be fetched gives no download", () => {
  expect(wishesOf("l", preview([], { problem: { code: "paid", facts: {} } }), { duplicate: "skip" })).toEqual([]);
});
