/** Apps: which there are, how each stands, what linking would do, and where a model is linked. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";
import { ended, noteTask, type Task } from "./tasks";

export type App = Schemas["AppView"];
export type KnownApp = Schemas["KnownApp"];
export type FoundApp = Schemas["FoundView"];
export type Plan = Schemas["PlanView"];
export type LinkLine = Schemas["LinkLine"];
export type LinkAction = LinkLine["action"];
export type ModelInApp = Schemas["ModelInApp"];
export type AppWish = Omit<Partial<Schemas["AddWish"]>, "path"> & { path: string };
export type AppChange = Partial<Schemas["AppChange"]>;

const at = (app: string) => ({ path: { app } });

export const appsQuery = queryOptions({
  queryKey: ["apps"],
  queryFn: ({ signal }) => data(client.GET("/api/apps", { signal })),
});

/** Every app that could be added, and mapping files that cannot be used. */
export const shelfQuery = queryOptions({
  queryKey: ["shelf"],
  staleTime: 0,
  queryFn: ({ signal }) => data(client.GET("/api/apps/known", { signal })),
});

/** Which app lies in a folder. */
export const foundAppQuery = (path: string) =>
  queryOptions({
    queryKey: ["app-found", path],
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: ({ signal }) => data(client.POST("/api/apps/find", { body: { path, app: null }, signal })),
  });

const planned = (app: string, actions: readonly LinkAction[], offset: number, limit: number, signal: AbortSignal) =>
  data(
    client.POST("/api/apps/{app}/plan", {
      params: { ...at(app), query: { offset, limit, ...(actions.length > 0 && { action: [...actions] }) } },
      body: { ids: null },
      signal,
    }),
  );

/** How an app stands: the counts of its plan without its lines. Nothing tells of changes on the disk, so it is asked. */
export const standQuery = (app: string) =>
  queryOptions({
    queryKey: ["plans", app, "stand"],
    staleTime: 0,
    retry: false,
    queryFn: ({ signal }) => planned(app, [], 0, 0, signal),
  });

export const LINES = 400;

/** What applying would do in an app, so many lines at a time. */
export const planQuery = (app: string, actions: readonly LinkAction[]) =>
  infiniteQueryOptions({
    queryKey: ["plans", app, "lines", ...actions],
    staleTime: 0,
    retry: false,
    initialPageParam: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => planned(app, actions, pageParam, LINES, signal),
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, each) => sum + each.lines.length, 0);
      return last.lines.length > 0 && seen < last.matching ? seen : undefined;
    },
  });

/** Where a model is linked, app by app. */
export const modelLinksQuery = (id: string) =>
  queryOptions({
    queryKey: ["links", id],
    staleTime: 0,
    queryFn: ({ signal }) =>
      data(client.GET("/api/models/{model_id}/links", { params: { path: { model_id: id } }, signal })),
  });

const KEYS = [["apps"], ["plans"], ["links"]];

/** Asks for everything about apps anew. */
export const appsChanged = () => Promise.all(KEYS.map((queryKey) => queries.invalidateQueries({ queryKey })));

const SETTLE = 1500;
let settling: ReturnType<typeof setTimeout> | undefined;

/** Models have changed, so plans have: whole plans are dear, and are asked for when it is quieter. */
export function modelsOfAppsChanged(): void {
  if (settling !== undefined) return;
  settling = setTimeout(() => {
    settling = undefined;
    for (const queryKey of [["plans"], ["links"]])
      void queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
  }, SETTLE);
}

export async function addApp(wish: AppWish): Promise<App> {
  const app = await data(client.POST("/api/apps", { body: wish as Schemas["AddWish"] }));
  await appsChanged();
  return app;
}

export async function changeApp(id: string, change: AppChange): Promise<App> {
  const app = await data(client.PATCH("/api/apps/{app}", { params: at(id), body: change as Schemas["AppChange"] }));
  queries.setQueryData(appsQuery.queryKey, (known) => known?.map((each) => (each.id === id ? app : each)));
  await queries.invalidateQueries({ queryKey: ["plans", id] });
  return app;
}

/** Forgets an app; links that are still in it stay. It leaves the list at once, so that nobody asks for its plan. */
export async function forgetApp(id: string): Promise<void> {
  queries.setQueryData(appsQuery.queryKey, (known) => known?.filter((each) => each.id !== id));
  await queries.cancelQueries({ queryKey: ["plans", id] });
  try {
    await data(client.DELETE("/api/apps/{app}", { params: at(id) }));
    queries.removeQueries({ queryKey: ["plans", id] });
  } finally {
    await appsChanged();
  }
}

/** Makes links, or removes those that were made: of some models or of all. A task. */
export async function beginLinking(
  id: string,
  work: "apply" | "unlink",
  ids: readonly string[] | null = null,
): Promise<Task> {
  const wish = { params: at(id), body: { ids: ids && [...ids] } };
  const asked =
    work === "apply" ? client.POST("/api/apps/{app}/apply", wish) : client.POST("/api/apps/{app}/unlink", wish);
  const task = await data(asked);
  noteTask(task);
  return task;
}

export interface FailedLink {
  path: string;
  model: string;
  code: string;
  facts: Record<string, unknown>;
}

export interface Outcome {
  made: number;
  mended: number;
  removed: number;
  blocked: number;
  failed: FailedLink[];
  config: boolean;
}

/** What a task of links has done, from its result. */
export function outcomeOf(result: Record<string, unknown>): Outcome {
  const count = (name: string) => (typeof result[name] === "number" ? result[name] : 0);
  return {
    made: count("made"),
    mended: count("mended"),
    removed: count("removed"),
    blocked: count("blocked"),
    failed: Array.isArray(result.failed) ? (result.failed as FailedLink[]) : [],
    config: result.config === true,
  };
}

/** Waits until links are made or removed, and asks anew for what that changed. */
export async function linked(task: Task): Promise<Outcome> {
  try {
    return outcomeOf(await ended(task));
  } finally {
    // The event of the change may have asked already.
    await Promise.all(KEYS.map((queryKey) => queries.invalidateQueries({ queryKey }, { cancelRefetch: false })));
  }
}
