/** Folders that are looked after. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";
import { noteTask } from "./tasks";

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

export type Root = Schemas["RootView"];

const again = () =>
  Promise.all(["roots", "usage", "doctor"].map((name) => queries.invalidateQueries({ queryKey: [name] })));

/** Looks after a folder where it is, and begins to scan it; nothing in it is moved. */
export async function adoptFolder(folder: string, central: boolean): Promise<Schemas["Adopted"]> {
  const told = await data(client.POST("/api/models/adopt", { body: { folder, central, scan: true } }));
  if (told.task) noteTask(told.task);
  await again();
  return told;
}

/** Looks at a folder as soon as something changes in it, or only now and then. */
export async function watchRoot(id: string, watched: boolean): Promise<void> {
  await data(client.PATCH("/api/roots/{root_id}", { params: { path: { root_id: id } }, body: { watched } }));
  await again();
}

/** Stops looking after a folder; its files stay where they are. */
export async function forgetRoot(id: string): Promise<void> {
  await data(client.DELETE("/api/roots/{root_id}", { params: { path: { root_id: id } } }));
  await again();
}

/** Begins a task of the whole library: scanning (of some folders only), hashing, making the index anew. */
export async function tend(work: "scan" | "hash" | "rebuild", folders: string[] = []): Promise<Schemas["TaskView"]> {
  const task = await data(
    work === "scan"
      ? client.POST("/api/models/scan", { body: { folders, hash: false } })
      : client.POST(`/api/models/${work}`, { body: null as never }),
  );
  noteTask(task);
  return task;
}

/** What is healthy and what is not. Asked anew each time: nothing else tells when it changes. */
export const doctorQuery = queryOptions({
  queryKey: ["doctor"],
  queryFn: async ({ signal }) => (await data(client.GET("/api/doctor", { signal }))) as unknown as Finding[],
  staleTime: 0,
});

export interface Finding {
  check: string;
  level: "fine" | "note" | "warning" | "problem";
  facts: Record<string, unknown>;
}
