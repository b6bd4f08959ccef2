/** Folders that are looked after. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { client, data } from "./client";

export const rootsQuery = queryOptions({
  queryKey: ["roots"],
  queryFn: ({ signal }) => data(client.GET("/api/roots", { signal })),
});

/** What a root is called: the last part of its path. */
export function useRootName(): (id: string) => string {
  const { data: roots } = useQuery(rootsQuery);
  return useCallback(
    (id: string) => {
      const path = roots?.find((each) => each.id === id)?.path;
      return path?.split(/[\\/]/).filter(Boolean).at(-1) ?? id;
    },
    [roots],
  );
}
