/** What is in the trash, and what becomes of it. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";

export type TrashEntry = Schemas["TrashEntry"];

export const trashQuery = queryOptions({
  queryKey: ["trash"],
  queryFn: ({ signal }) => data(client.GET("/api/trash", { signal })),
});

/** Removes entries for good; what was changed since it was put there stays, and is told. */
export async function purgeTrash(entries: readonly string[]): Promise<Schemas["Purged"]> {
  const body = { entries: [...entries], everything: false };
  const told = await data(client.POST("/api/trash/purge", { body }));
  await queries.invalidateQueries({ queryKey: ["trash"] });
  return told;
}
