/** Workflows: which models one names, what of them is missing, and where that can be had. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { applyDownload } from "./downloads";

export type Compared = Schemas["Compared"];
export type WantedModel = Schemas["WantedModel"];
export type Offer = Schemas["Offer"];

/** A workflow, or a picture that carries one, as somebody gave it. */
export interface Given {
  id: number;
  name: string;
  content: Blob;
}

/** How it stands with the models of a workflow. A search asks the sources too, and takes its time. */
export const comparedQuery = ({ id, content }: Given, search: boolean) =>
  queryOptions({
    queryKey: [search ? "workflow-offers" : "workflow", id],
    queryFn: ({ signal }) =>
      data(
        client.POST("/api/workflows/missing", {
          params: { query: { search } },
          body: { workflow: "" },
          bodySerializer: () => content,
          headers: { "Content-Type": "application/octet-stream" },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    // What could not be read is not read again by itself, whatever changes in the library.
    enabled: (query) => query.state.status !== "error",
    retry: false,
  });

/** Puts offers into the queue; tells which could not be. */
export async function getOffers(offers: readonly Offer[]): Promise<Schemas["Queued"][]> {
  const items = offers.map(({ link, file }) => ({ link, file: file ?? null }));
  const told = await data(client.POST("/api/workflows/pull", { body: { items, on_duplicate: "skip" } }));
  for (const each of told) if (each.download) applyDownload(each.download);
  return told;
}
