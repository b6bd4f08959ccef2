/** Every field that a person may set, how it is typed, and how what was typed becomes its value. */

import { LEVELS } from "@/lib/nsfw";

export type Typed = "line" | "area" | "list" | "kind" | "family" | "level" | "number" | "yes";

export interface Field {
  name: string;
  typed: Typed;
}

export const FIELDS: Field[] = [
  { name: "name", typed: "line" },
  { name: "kind", typed: "kind" },
  { name: "family", typed: "family" },
  { name: "base_model", typed: "line" },
  { name: "version", typed: "line" },
  { name: "creator", typed: "line" },
  { name: "trained_words", typed: "list" },
  { name: "tags", typed: "list" },
  { name: "nsfw_level", typed: "level" },
  { name: "preferred_weight", typed: "number" },
  { name: "negative_text", typed: "area" },
  { name: "vae", typed: "line" },
  { name: "description", typed: "area" },
  { name: "notes", typed: "area" },
  { name: "hidden", typed: "yes" },
  { name: "skip_refresh", typed: "yes" },
];

export const KINDS = [
  ...(["checkpoint", "diffusion_model", "lora", "vae", "text_encoder", "clip_vision", "embedding"] as const),
  ...(["controlnet", "t2i_adapter", "ip_adapter", "upscaler", "motion_module", "style_model"] as const),
  ...(["hypernetwork", "llm", "workflow", "other", "unknown"] as const),
];

/** A value as it stands in its field. Lists stand line by line. */
export function typedOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join("\n") : String(value);
}

/** What was typed as a value; undefined where it is none. An empty field says "nothing", which is a word too. */
export function readAs(typed: string, field: Field): unknown {
  const text = typed.trim();
  switch (field.typed) {
    case "list":
      return [...new Set(text.split("\n").map((each) => each.trim()))].filter(Boolean);
    case "number":
    case "level": {
      const value = Number(text.replace(",", "."));
      return text === "" ? null : Number.isFinite(value) ? value : undefined;
    }
    case "yes":
      return text === "true";
    case "kind":
      return text;
    default:
      return text === "" ? (field.name === "name" ? undefined : null) : text;
  }
}

/** The ratings, weakest first, and what each is as a level. */
export const RATINGS = Object.entries(LEVELS).filter(([name]) => name !== "blocked");

export const isSame = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
