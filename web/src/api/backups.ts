/** Backups: what only Modella knows, kept in one file, and put back. */

import { queryOptions } from "@tanstack/react-query";
import { address } from "@/lib/place";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";
import { noteTask, type Task } from "./tasks";

export type Backup = Schemas["Backup"];
export type RestorePlan = Schemas["RestorePlan"];

export const backupsQuery = queryOptions({
  queryKey: ["backups"],
  queryFn: ({ signal }) => data(client.GET("/api/backups", { signal })),
});

export const backupsAgain = () => queries.invalidateQueries({ queryKey: ["backups"] });

export async function makeBackup(): Promise<Task> {
  const task = await data(client.POST("/api/backups", { body: null as never }));
  noteTask(task);
  return task;
}

export async function deleteBackup(name: string): Promise<void> {
  await data(client.DELETE("/api/backups/{name}", { params: { path: { name } } }));
  await backupsAgain();
}

/** Where the file itself is fetched from. */
export const backupAddress = (name: string) => address(`/api/backups/${encodeURIComponent(name)}`);

/** What putting a backup back would do. */
export const restorePlanQuery = (file: string, everything: boolean) =>
  queryOptions({
    queryKey: ["restore-plan", file, everything],
    queryFn: async ({ signal }) =>
      (await data(client.POST("/api/backups/restore", { body: { file, plan: true, everything }, signal }))).plan,
    staleTime: 0,
    gcTime: 0,
  });

/** Puts a backup back, as a task; nothing that is newer goes. */
export async function restoreBackup(file: string, everything: boolean): Promise<Task | undefined> {
  const { task } = await data(client.POST("/api/backups/restore", { body: { file, plan: false, everything } }));
  if (task) noteTask(task);
  return task ?? undefined;
}
