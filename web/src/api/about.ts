/** What program the server is, and what it knows by name. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { client, data, type Schemas } from "./client";

export type Example = Schemas["Example"];

const about = queryOptions({
  queryKey: ["about"],
  queryFn: ({ signal }) => data(client.GET("/api/about", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The version, where the library lies, links to try in a demo. */
export const useAbout = () => useQuery(about);

const families = queryOptions({
  queryKey: ["families"],
  queryFn: ({ signal }) => data(client.GET("/api/families", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Every architecture with its names. */
export const useFamilies = () => useQuery(families);

/** What an architecture is called; its spelling in records until that is known, and where nobody knows it. */
export function useFamilyName(): (name: string) => string {
  const { data } = useFamilies();
  return useCallback((name) => data?.find((each) => each.name === name)?.label ?? name, [data]);
}
