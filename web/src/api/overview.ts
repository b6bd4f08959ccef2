/** How much room there is, and what needs a person. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";

export type Matter = Schemas["MatterView"];

export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: ({ signal }) => data(client.GET("/api/usage", { signal })),
});

export const attentionQuery = queryOptions({
  queryKey: ["attention"],
  queryFn: ({ signal }) => data(client.GET("/api/attention", { signal })),
});
