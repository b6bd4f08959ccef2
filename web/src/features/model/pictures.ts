/** The pictures of a record as they are shown, and what made them, as text. */

import type { RecordPreview } from "@/api/record";

export interface Shot {
  /** Its number at the server; undefined where it was not fetched. */
  number: number | undefined;
  preview: RecordPreview;
}

/** Pictures that are there; where there is none, those that the source has. */
export function shotsOf(previews: readonly RecordPreview[]): Shot[] {
  const there = previews.filter((each) => each.file);
  if (there.length > 0) return there.map((preview, at) => ({ preview, number: at + 1 }));
  return previews.map((preview) => ({ preview, number: undefined }));
}

type Meta = Record<string, unknown>;
const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value).trim() : "");

export const promptOf = ({ prompt, meta = {} }: RecordPreview): string => text(prompt) || text(meta.prompt);
export const negativeOf = ({ meta = {} }: RecordPreview): string => text(meta.negativePrompt ?? meta.negative_prompt);

const APART = new Set(["prompt", "negativePrompt", "negative_prompt", "resources", "comfy", "workflow", "hashes"]);
const LONGEST = 200;

/** Seeds, steps and the like: short values with their names, as the source names them. */
export function settingsOf({ meta = {} }: RecordPreview): [string, string][] {
  return Object.entries(meta)
    .filter(([name]) => !APART.has(name))
    .map(([name, value]): [string, string] => [name, text(value)])
    .filter(([, value]) => value !== "" && value.length <= LONGEST);
}

/** What took part, with its weight. */
export function resourcesOf({ meta = {} }: RecordPreview): { name: string; type: string; weight: string }[] {
  const told = Array.isArray(meta.resources) ? (meta.resources as Meta[]) : [];
  return told
    .filter((each) => each && typeof each === "object")
    .map((each) => ({
      name: text(each.name) || text(each.hash) || text(each.modelVersionId),
      type: text(each.type),
      weight: text(each.weight),
    }))
    .filter((each) => each.name);
}

/** The workflow of ComfyUI that a picture carries. */
export function workflowOf({ meta = {} }: RecordPreview): string {
  const told = meta.comfy ?? meta.workflow;
  if (typeof told === "string") return told.trim();
  return told && typeof told === "object" ? JSON.stringify(told) : "";
}

const PROPER: Record<string, string> = { steps: "Steps", sampler: "Sampler", cfgScale: "CFG scale", seed: "Seed" };

/** All of it in the form that A1111, Forge and their kin read from the clipboard. */
export function parametersOf(preview: RecordPreview): string {
  const negative = negativeOf(preview);
  const rest = settingsOf(preview).map(([name, value]) => `${PROPER[name] ?? name}: ${value}`);
  return [promptOf(preview), negative && `Negative prompt: ${negative}`, rest.join(", ")].filter(Boolean).join("\n");
}
