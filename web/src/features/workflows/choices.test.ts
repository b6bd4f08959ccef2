import { expect, test } from "vitest";
import type { Compared, Offer, WantedModel } from "@/api/workflows";
import { joined, meant, weightOf } from "./choices";

const offer = (sureness: Offer["sureness"], size: number | null = 10): Offer => ({
  source: "civitai",
  link: `https://civitai.com/models/${sureness}`,
  file_name: "a.safetensors",
  name: "A",
  size,
  access: "open",
  sureness,
  by: "search",
});

const model = (state: WantedModel["state"], offers: Offer[] = []): WantedModel => ({
  name: "a.safetensors",
  file: "a.safetensors",
  folder: null,
  kind: null,
  idle: false,
  nodes: [],
  digests: {},
  state,
  offers,
});

const compared = (...models: WantedModel[]): Compared => ({
  models,
  counts: {},
  formats: ["screen"],
  searched: true,
  troubles: [],
});

test("what the library says now counts, and what it lacks has the offers of the search", () => {
  const now = compared(model("present"), model("missing"), model("missing"), model("missing"));
  const found = compared(
    model("missing", [offer("sure")]),
    model("missing", [offer("likely")]),
    model("present"),
    model("queued"),
  );
  const rows = joined(now, found);
  expect(rows.map((each) => each.model.state)).toEqual(["present", "missing", "present", "missing"]);
  expect(rows[1]?.model.offers).toHaveLength(1);
  expect(joined(now, undefined)).toHaveLength(4);
  expect(joined(undefined, undefined)).toEqual([]);
});

test("a guess is fetched only when somebody chose it", () => {
  const row = { place: 3, model: model("missing", [offer("maybe"), offer("likely")]) };
  expect(meant(row, new Map())?.sureness).toBe("likely");
  expect(meant(row, new Map([[3, 0]]))?.sureness).toBe("maybe");
  expect(meant({ place: 0, model: model("missing", [offer("maybe")]) }, new Map())).toBeUndefined();
  expect(meant({ place: 0, model: model("present", [offer("sure")]) }, new Map())).toBeUndefined();
});

test("a weight is told when all of them tell theirs", () => {
  expect(weightOf([offer("sure"), offer("likely", 5)])).toBe(15);
  expect(weightOf([offer("sure"), offer("likely", null)])).toBeUndefined();
});
