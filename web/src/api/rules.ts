/** Placement rules: the ones that hold, trying others, and moving what lies elsewhere by now. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";
import { noteTask, type Task } from "./tasks";

export type Rule = Schemas["Rule"];
export type Rules = Schemas["RulesView"];
export type RulesPreview = Schemas["RulesPreview"];
export type Moving = Schemas["Moving"];

export const rulesQuery = queryOptions({
  queryKey: ["rules"],
  queryFn: ({ signal }) => data(client.GET("/api/rules", { signal })),
});

/** Sets the rules; they count for models that are placed from now on. */
export async function saveRules(rules: readonly Rule[]): Promise<Rules> {
  const told = await data(client.PUT("/api/rules", { body: [...rules] }));
  queries.setQueryData(rulesQuery.queryKey, told);
  queries.invalidateQueries({ queryKey: ["settings"] });
  return told;
}

/** How many models of every sort are looked at when rules are tried. */
export const LOOKED_AT = 60;

/** Where models would go by rules as somebody types them; nothing is saved and nothing moves. */
export const rulesPreviewQuery = (rules: readonly Rule[]) =>
  queryOptions({
    queryKey: ["rules", "preview", rules],
    queryFn: ({ signal }) =>
      data(client.POST("/api/rules/preview", { body: { rules: [...rules], limit: LOOKED_AT }, signal })),
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });

/** Which models would lie elsewhere by the rules that hold. */
export const placementQuery = queryOptions({
  queryKey: ["placement"],
  queryFn: ({ signal }) => data(client.POST("/api/models/placement/plan", { body: {}, signal })),
  staleTime: 0,
  gcTime: 0,
});

/** Carries out what was chosen of a plan, as a task. */
export async function applyPlacement(moves: readonly Moving[]): Promise<Task> {
  const task = await data(client.POST("/api/models/placement/apply", { body: { moves: [...moves] } }));
  noteTask(task);
  return task;
}
