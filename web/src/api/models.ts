/** Models: the wall and its pages, one model, and what is done with several. */

import { keepPreviousData, queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { hiddenLevels, hideFrom } from "@/lib/nsfw";
import { address } from "@/lib/place";
import { client, data, type Schemas } from "./client";
import { queries } from "./queries";

export type ModelSummary = Schemas["ModelSummary"];
export type ModelRecord = Schemas["ModelRecord"];
export type FacetCounts = Record<string, [string, number][]>;

export const FACETS = [
  ...([
    "kind",
    "family",
    "base_model",
    "tag",
    "list",
    "source",
    "creator",
    "state",
    "trust",
    "nsfw",
    "favorite",
  ] as const),
  ...(["rating", "format", "precision", "license", "root"] as const),
] as const;
export type Facet = (typeof FACETS)[number];
const ASKED = new Set<string>([...FACETS, "q", "sort", "order", "size", "added_at"]);

/** What is asked of the library, as the address says it; in a settled order, so that one question has one key. */
export function askedOf(params: URLSearchParams): string {
  const asked = new URLSearchParams([...params].filter(([name, value]) => ASKED.has(name) && value));
  if (asked.has("q") && !asked.has("sort")) asked.set("sort", "match");
  asked.sort();
  return asked.toString();
}

type Parameters = Record<string, string | string[] | number>;

/** The levels that lists leave out because the person wants it so, not because the question says it. */
export function leftOut(asked: URLSearchParams): string[] {
  const isAskedFor = asked.has("nsfw") || /(^|\s)[-!]?nsfw:/i.test(asked.get("q") ?? "");
  return isAskedFor ? [] : hiddenLevels();
}

hideFrom.subscribe(() => {
  for (const queryKey of [["models"], ["ids"]]) {
    queries.removeQueries({ queryKey, type: "inactive" });
    queries.invalidateQueries({ queryKey });
  }
});

function parametersOf(asked: string): Parameters {
  const parameters: Parameters = {};
  const hidden = leftOut(new URLSearchParams(asked));
  if (hidden.length) parameters.nsfw = hidden.map((level) => `!${level}`);
  for (const [name, value] of new URLSearchParams(asked)) {
    const known = parameters[name];
    parameters[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [String(known)]), value];
  }
  return parameters;
}

export const PAGE = 100;

const pageQuery = (asked: string, number: number) =>
  queryOptions({
    queryKey: ["models", asked, number],
    queryFn: async ({ signal }) => {
      const query = { ...parametersOf(asked), limit: PAGE, offset: number * PAGE, facets: number === 0 };
      const told = await data(client.GET("/api/models", { params: { query: query as never }, signal }));
      return { asked, ...told };
    },
  });

/** Fetches the first page of a question ahead of its use. */
export const prefetchModels = (asked: string) => queries.prefetchQuery(pageQuery(asked, 0));

/** What answers a question: how many models, their facets, and each model by its place once its page has come.
 *
 * While a new question is on its way the answer to the one before stays. `wanted` are the numbers of pages to fetch.
 */
export function useWall(asked: string, wanted: readonly number[], isFast: boolean) {
  const first = useQuery({ ...pageQuery(asked, 0), placeholderData: keepPreviousData });
  const shown = first.data?.asked ?? asked;
  const total = first.data?.total ?? 0;
  const numbers = useMemo(() => wanted.filter((number) => number > 0 && number * PAGE < total), [wanted, total]);
  const pages = useQueries({
    queries: numbers.map((number) => ({ ...pageQuery(shown, number), enabled: !isFast })),
    combine: (results) => results.map((each) => each.data?.items),
  });
  return useMemo(() => {
    const items = new Map(numbers.map((number, at) => [number, pages[at]]));
    items.set(0, first.data?.items);
    return {
      first,
      shown,
      total,
      facets: (first.data?.facets ?? undefined) as FacetCounts | undefined,
      meant: first.data?.meant,
      at: (index: number): ModelSummary | undefined => items.get(Math.floor(index / PAGE))?.[index % PAGE],
    };
  }, [first, shown, total, numbers, pages]);
}

/** The ids of everything that answers a question, in its order. */
export const idsOf = (asked: string): Promise<string[]> =>
  queries.fetchQuery({
    queryKey: ["ids", asked],
    queryFn: async ({ signal }) => {
      const query = parametersOf(asked) as never;
      return (await data(client.GET("/api/models/ids", { params: { query }, signal }))).ids;
    },
  });

/** One model's whole record. */
export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ["model", id],
    queryFn: ({ signal }) => data(client.GET("/api/models/{model_id}", { params: { path: { model_id: id } }, signal })),
  });

/** The address of a preview; `version` changes when the record does, since the server lets browsers keep it for ever. */
export const previewAddress = (id: string, number: number, version: string, small = false) =>
  address(`/api/models/${id}/previews/${number}?${small ? "thumb=true&" : ""}v=${encodeURIComponent(version)}`);

export type ManyEdit = Omit<Partial<Schemas["ManyIn"]>, "ids">;

/** The number of the preview that stands still; undefined where there is none, or only one that moves. */
export const pictureOf = ({ preview }: Pick<ModelSummary, "preview">) =>
  preview && preview.type !== "video" ? preview.number : undefined;

/** Changes several models in the same way; tells those that could not be changed. */
export const editModels = (ids: readonly string[], edit: ManyEdit) =>
  data(client.POST("/api/models/edit", { body: { ...edit, ids: [...ids] } as Schemas["ManyIn"] }));

/** Puts several models into the trash. */
export const deleteModels = (ids: readonly string[]) =>
  data(client.POST("/api/models/delete", { body: { ids: [...ids] } }));

/** Brings a model back from the trash, by its id or the entry's name; `asNew` beside what has its name now. */
export const restoreModel = (id: string, asNew = false) =>
  data(client.POST("/api/models/{model_id}/restore", { params: { path: { model_id: id } }, body: { as_new: asNew } }));

/** Hashes models again and compares. */
export const verifyModels = (ids: readonly string[]) =>
  data(client.POST("/api/models/verify", { body: { ids: [...ids] } }));

/** Moves a model into another folder, or gives it another name; a task. */
export const moveModel = (id: string, wish: Schemas["MoveWish"]) =>
  data(client.POST("/api/models/{model_id}/move", { params: { path: { model_id: id } }, body: wish }));

/** The few models that fit typed words best, for places that only want to name some. */
export const foundQuery = (q: string, limit = 8) =>
  queryOptions({
    queryKey: ["models", "found", q, limit],
    queryFn: async ({ signal }) => {
      const query = { ...parametersOf(String(new URLSearchParams({ q }))), limit, facets: false, sort: "match" };
      return (await data(client.GET("/api/models", { params: { query: query as never }, signal }))).items;
    },
    placeholderData: keepPreviousData,
  });

/** What came last into the library. */
export const newestQuery = queryOptions({
  queryKey: ["models", "newest"],
  queryFn: async ({ signal }) => {
    const query = { limit: 12, facets: false, sort: "added" as const };
    return (await data(client.GET("/api/models", { params: { query }, signal }))).items;
  },
});
