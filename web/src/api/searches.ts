/** Searches that were kept under a name; they travel with the library. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";

export type KeptSearch = Schemas["KeptSearch"];

export const searchesQuery = queryOptions({
  queryKey: ["searches"],
  queryFn: ({ signal }) => data(client.GET("/api/searches", { signal })),
});

/** Keeps a search in place of one of the same name. */
export async function keepSearch(search: KeptSearch): Promise<void> {
  const { name, q = "", params = {} } = search;
  queries.setQueryData(searchesQuery.queryKey, await data(client.PUT("/api/searches", { body: { name, q, params } })));
}

export async function dropSearch(name: string): Promise<void> {
  const told = await data(client.DELETE("/api/searches/{name}", { params: { path: { name } } }));
  queries.setQueryData(searchesQuery.queryKey, told);
}
