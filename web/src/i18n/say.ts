/** Turns keys and facts into sentences, by the same rules as core/words.py. */

import type { Format } from "@/lib/format";
import type { Facts, Texts } from "./texts";

const SIZES = new Set(["short", "needed", "others", "margin", "free", "size", "bytes"]);
const REASONS = new Set(["reason", "what"]);

function find(texts: Texts, key: string): string | Texts | undefined {
  let found: string | Texts | undefined = texts;
  for (const part of key.split(".")) found = typeof found === "object" ? found[part] : undefined;
  return found;
}

function readable(name: string, value: unknown, texts: Texts, format: Format): string {
  if (typeof value === "number") return SIZES.has(name) ? format.bytes(value) : format.number(value);
  if (Array.isArray(value)) return format.list(value.map(String));
  if (typeof value === "string" && REASONS.has(name)) {
    const known = find(texts, `reasons.${value}`);
    return typeof known === "string" ? known : value;
  }
  return String(value);
}

/** The text at a dotted key with its facts filled in, or undefined where there is none. */
export function sayIn(texts: Texts, format: Format, key: string, facts: Facts = {}): string | undefined {
  let found = find(texts, key);
  if (typeof found === "object") {
    const form = typeof facts.count === "number" ? format.plural(facts.count) : "other";
    found = found[form] ?? found.other;
  }
  if (typeof found !== "string") return undefined;
  return found.replace(/\{(\w+)(?:[:!][^}]*)?\}/g, (_, name: string) =>
    facts[name] === undefined || facts[name] === null ? "…" : readable(name, facts[name], texts, format),
  );
}
