/** The door to the server: typed by its own description, one kind of error for whatever goes wrong. */

import createClient, { type Middleware } from "openapi-fetch";
import { BASE } from "@/lib/place";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server refused, in its words: a sentence in the caller's language, what to do, a code, the facts. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    sentence: string,
    readonly hint: string,
    readonly context: Record<string, unknown>,
    readonly status: number,
  ) {
    super(sentence);
    this.name = "Refused";
  }
}

interface Envelope {
  success?: boolean;
  data?: unknown;
  error?: string | null;
  code?: string | null;
  hint?: string | null;
  context?: Record<string, unknown> | null;
}

const asPage: Middleware = {
  onRequest({ request }) {
    request.headers.set("X-Modella", "1");
    request.headers.set("Accept-Language", document.documentElement.lang);
    return request;
  },
};

export const client = createClient<paths>({
  baseUrl: BASE,
  querySerializer: { array: { style: "form", explode: true } },
});
client.use(asPage);

/** Gives the data of an answer, or throws what was refused. A server that cannot be reached is "unreachable-server". */
export async function data<Told extends Envelope>(
  asked: Promise<{ data?: Told; error?: unknown; response: Response }>,
): Promise<NonNullable<Told["data"]>> {
  let told: Awaited<typeof asked>;
  try {
    told = await asked;
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") throw problem;
    throw new Refused("unreachable-server", "", "", {}, 0);
  }
  if (told.data?.success) return told.data.data as NonNullable<Told["data"]>;
  const refusal = (told.error ?? told.data ?? {}) as Envelope;
  throw new Refused(
    refusal.code ?? "failed",
    refusal.error ?? "",
    refusal.hint ?? "",
    refusal.context ?? {},
    told.response.status,
  );
}
