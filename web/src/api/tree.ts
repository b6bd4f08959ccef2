/** Folders below a root, with all that lies in them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";

export type TreeFolder = Schemas["TreeFolder"];
export type TreePlan = Schemas["TreePlan"];

export const treeQuery = (root: string, path: string) =>
  queryOptions({
    queryKey: ["tree", root, path],
    queryFn: ({ signal }) => data(client.GET("/api/tree", { params: { query: { root, path } }, signal })),
    placeholderData: keepPreviousData,
  });

/** Gives a folder another name; with `plan` only tells what would move. */
export const renameFolder = (root: string, path: string, name: string, plan: boolean) =>
  data(client.POST("/api/tree/rename", { body: { root, path, name, plan, merge: false } }));

/** Puts every model below a folder into the trash; with `plan` only tells which, and what stays. */
export const deleteFolder = (root: string, path: string, plan: boolean) =>
  data(client.POST("/api/tree/delete", { body: { root, path, plan } }));
