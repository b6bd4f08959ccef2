/** Named collections of models. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";

export type ListView = Schemas["ListView"];

export const listsQuery = queryOptions({
  queryKey: ["lists"],
  queryFn: ({ signal }) => data(client.GET("/api/lists", { signal })),
});

/** Puts models into a list, which is made when it is not there yet. */
export async function addToList(name: string, ids: readonly string[], isNew: boolean): Promise<void> {
  const params = { path: { name } };
  if (isNew) await data(client.PUT("/api/lists/{name}", { params, body: {} }));
  await data(client.POST("/api/lists/{name}/add", { params, body: { ids: [...ids] } }));
  await queries.invalidateQueries({ queryKey: ["lists"] });
}

/** Takes models out of a list; they stay in the library. */
export async function removeFromList(name: string, ids: readonly string[]): Promise<void> {
  await data(client.POST("/api/lists/{name}/remove", { params: { path: { name } }, body: { ids: [...ids] } }));
  await queries.invalidateQueries({ queryKey: ["lists"] });
}
