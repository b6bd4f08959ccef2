/** One model's record: what is said of it, its history, its kin, whose it is, and where it lies. */

import { queryOptions } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { type ModelRecord, modelQuery } from "./models";
import { queries } from "./queries";

export type RecordFile = Schemas["RecordFile"];
export type RecordPreview = Schemas["RecordPreview"];
export type FieldOrigin = Schemas["FieldOrigin"];
export type HistoryVersion = Schemas["HistoryVersion"];
export type Matching = Schemas["Matching"];
export type Checked = Schemas["Checked"];
export type RecordEdit = Omit<Partial<Schemas["EditIn"]>, "if_updated_at">;

const at = (id: string) => ({ path: { model_id: id } });

/** Takes a record in that the server has answered with. */
function keep(record: ModelRecord): ModelRecord {
  // What is on its way was asked before this change, and must not come after it.
  void queries.cancelQueries({ queryKey: ["model", record.id] });
  queries.setQueryData(modelQuery(record.id).queryKey, record);
  for (const name of ["history", "relations"]) queries.invalidateQueries({ queryKey: [name, record.id] });
  return record;
}

/** Asks for everything about a model anew. */
export const forgetRecord = (id: string) =>
  Promise.all(
    ["model", "history", "relations", "versions"].map((name) => queries.invalidateQueries({ queryKey: [name, id] })),
  );

/** Changes what a person says of a model. `seen` is the `updated_at` that they saw: another one refuses the change. */
export async function editModel(id: string, edit: RecordEdit, seen?: string): Promise<ModelRecord> {
  const body = { ...edit, if_updated_at: seen ?? null } as Schemas["EditIn"];
  return keep(await data(client.PATCH("/api/models/{model_id}", { params: at(id), body })));
}

export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ["history", id],
    queryFn: ({ signal }) => data(client.GET("/api/models/{model_id}/history", { params: at(id), signal })),
  });

/** Goes back to an earlier version of a record. */
export async function restoreVersion(id: string, entry: string): Promise<void> {
  const params = { path: { model_id: id, entry } };
  await data(client.POST("/api/models/{model_id}/history/{entry}/restore", { params }));
  await forgetRecord(id);
}

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["versions", id],
    queryFn: ({ signal }) => data(client.GET("/api/models/{model_id}/versions", { params: at(id), signal })),
  });

export const relationsQuery = (id: string) =>
  queryOptions({
    queryKey: ["relations", id],
    queryFn: ({ signal }) => data(client.GET("/api/models/{model_id}/relations", { params: at(id), signal })),
  });

/** Every file that would go with a model. */
export const goingQuery = (id: string) =>
  queryOptions({
    queryKey: ["going", id],
    staleTime: 0,
    queryFn: ({ signal }) => data(client.GET("/api/models/{model_id}/files", { params: at(id), signal })),
  });

/** Where a model would lie with another name, or in another folder. */
export const moveQuery = (id: string, wish: Schemas["MoveWish"]) =>
  queryOptions({
    queryKey: ["going", id, wish],
    staleTime: 0,
    retry: false,
    queryFn: ({ signal }) =>
      data(client.POST("/api/models/{model_id}/move/plan", { params: at(id), body: wish, signal })),
  });

/** What a link leads to, beside what is here; nothing is written. */
export const lookAtLink = (id: string, url: string): Promise<Matching> =>
  data(client.POST("/api/models/{model_id}/match", { params: at(id), body: { url, confirm: false, only_look: true } }));

/** Says that a model is what a link leads to; `confirm` although their bytes differ. */
export async function matchLink(id: string, url: string, confirm: boolean): Promise<void> {
  await data(client.POST("/api/models/{model_id}/match", { params: at(id), body: { url, confirm, only_look: false } }));
  await forgetRecord(id);
}

/** Says that a model is never this, or takes that back. `what` is a source, or `source:model id`. */
export async function neverMatch(id: string, what: string, clear = false): Promise<void> {
  await data(client.POST("/api/models/{model_id}/never-match", { params: at(id), body: { source: what, clear } }));
  await forgetRecord(id);
}

/** Asks the sources of a model anew; tells what each of them said. */
export async function refreshModel(id: string): Promise<Record<string, string>> {
  const told = await data(client.POST("/api/models/{model_id}/refresh", { params: at(id) }));
  await forgetRecord(id);
  return told.sources;
}

/** Looks a model up at the sources by its hash; a task. */
export const lookUpModel = (id: string) =>
  data(client.POST("/api/models/lookup", { body: { ids: [id], all: false, again: true } }));

/** Takes a model's entry away; its files stay. */
export const forgetModel = (id: string) => data(client.POST("/api/models/{model_id}/forget", { params: at(id) }));
