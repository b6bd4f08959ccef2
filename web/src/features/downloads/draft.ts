/** The draft of a registration, as a form has it. */

import type { Download } from "@/api/downloads";

export interface Draft {
  name: string;
  version: string;
  kind: string;
  family: string;
  base_model: string;
  tags: string[];
  trained_words: string[];
}

const text = (value: unknown) => (typeof value === "string" ? value : "");
const words = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

export function draftOf({ draft = {}, name }: Pick<Download, "draft" | "name">): Draft {
  return {
    name: text(draft.name) || (name ?? ""),
    version: text(draft.version),
    kind: text(draft.kind) || "unknown",
    family: text(draft.family),
    base_model: text(draft.base_model),
    tags: words(draft.tags),
    trained_words: words(draft.trained_words),
  };
}

const NAMED = new Set(["name", "kind"]);

/** The fields that differ from what is known, as the server takes them: what is empty is null. */
export function fieldsOf(draft: Draft, known: Draft): Record<string, unknown> {
  const changed = Object.entries(draft).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name as keyof Draft]),
  );
  return Object.fromEntries(
    changed.map(([name, value]) => {
      const said = typeof value === "string" ? value.trim() : value;
      return [name, said === "" && !NAMED.has(name) ? null : said];
    }),
  );
}
