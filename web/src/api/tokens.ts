/** Keys of sources: they go in and never come out. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";

export type Key = Schemas["KeyView"];
export type KeyTrial = Schemas["KeyTrialView"];

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => data(client.GET("/api/tokens", { signal })),
});

const again = () => queries.invalidateQueries({ queryKey: ["tokens"] });

export async function setKey(name: string, value: string): Promise<void> {
  await data(client.PUT("/api/tokens/{name}", { params: { path: { name } }, body: { value } }));
  await again();
}

export async function removeKey(name: string): Promise<void> {
  await data(client.DELETE("/api/tokens/{name}", { params: { path: { name } } }));
  await again();
}

/** Asks the source whether the key is good, and whose it is. */
export const tryKey = (name: string): Promise<KeyTrial> =>
  data(client.POST("/api/tokens/{name}/test", { params: { path: { name } }, body: null as never }));
