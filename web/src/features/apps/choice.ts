/** What a person chooses for an app, as fields hold it. */

import type { App } from "@/api/apps";

export interface Choice {
  title: string;
  version: string;
  way: App["way"];
  method: App["method"];
  auto: boolean;
}

export const FRESH: Choice = { title: "", version: "", way: "links", method: "auto", auto: true };

/** The choice as it is asked of the server; what was left empty is not said. */
export function wishOf(choice: Choice): Omit<Choice, "title" | "version"> & { title?: string; version?: string } {
  const { title, version, ...rest } = choice;
  return { ...rest, ...(title.trim() && { title: title.trim() }), ...(version.trim() && { version: version.trim() }) };
}
