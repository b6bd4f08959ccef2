/** Room: what the library takes, and how full its drives are. */

import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";

export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: ({ signal }) => data(client.GET("/api/usage", { signal })),
});
