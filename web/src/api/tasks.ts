/** Long tasks: which run, how far they are, and how they ended. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, data, Refused, type Schemas } from "./client";
import { queries } from "./queries";

export type Task = Schemas["TaskView"];

const all = queryOptions({
  queryKey: ["tasks"],
  queryFn: ({ signal }) => data(client.GET("/api/tasks", { signal })),
});

/** Tasks that run and the last that ended, the newest first. */
export const useTasks = () => useQuery(all);

export function noteTask(task: Task): void {
  queries.setQueryData(all.queryKey, (known) => {
    if (!known) return known;
    const others = known.filter((each) => each.task !== task.task);
    return others.length === known.length
      ? [task, ...known]
      : known.map((each) => (each.task === task.task ? task : each));
  });
}

/** Asks a task to stop; what it has done stays done. */
export const cancelTask = (id: string) =>
  data(client.POST("/api/tasks/{task_id}/cancel", { params: { path: { task_id: id } } }));

/** Waits until a task has ended; gives it as it ended, throws its error. One that was stopped is no error. */
export async function finished(task: Task): Promise<Task> {
  let now = task;
  while (now.state === "running") {
    const params = { path: { task_id: task.task }, query: { wait: 30 } };
    now = await data(client.GET("/api/tasks/{task_id}", { params }));
  }
  if (now.error && now.state !== "cancelled") {
    const told = now.error as { code?: string; error?: string; hint?: string; context?: Record<string, unknown> };
    throw new Refused(told.code ?? "failed", told.error ?? "", told.hint ?? "", told.context ?? {}, 500);
  }
  return now;
}

/** Waits until a task has ended; gives its result, throws its error. */
export const ended = async (task: Task): Promise<Record<string, unknown>> => (await finished(task)).result ?? {};
