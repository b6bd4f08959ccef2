/** Settings: what each is, where its value is from, and changing those that may be changed. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";

export type Setting = Schemas["SettingView"];
export type Settings = Schemas["SettingsView"];

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => data(client.GET("/api/settings", { signal })),
});

export const useSettings = () => useQuery(settingsQuery);

/** Changes settings; null goes back to the default. */
export async function changeSettings(changes: Record<string, unknown>): Promise<Settings> {
  const told = await data(client.PATCH("/api/settings", { body: changes }));
  queries.setQueryData(settingsQuery.queryKey, told);
  return told;
}

/** The languages there are, each by its own name. */
export const languagesQuery = queryOptions({
  queryKey: ["languages"],
  queryFn: ({ signal }) => data(client.GET("/api/languages", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
