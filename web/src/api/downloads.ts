/** Downloads: the queue and its history, and what can be done with them. */

import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { client, data, type Schemas } from "./client";
import { forgetProgress } from "./progress";
import { queries } from "./queries";

export type Download = Schemas["DownloadView"];
export type DownloadState = Download["state"];

export const FINISHED: ReadonlySet<DownloadState> = new Set(["done", "failed", "quarantined", "cancelled"]);
export const WORKING: ReadonlySet<DownloadState> = new Set(["describing", "fetching", "verifying", "placing"]);
const UNFINISHED: DownloadState[] = [
  "queued",
  "waiting",
  "describing",
  "fetching",
  "paused",
  "verifying",
  "review",
  "placing",
];

const unfinished = queryOptions({
  queryKey: ["downloads", "unfinished"],
  queryFn: async ({ signal }) => {
    const query = { state: UNFINISHED, limit: 500 };
    return (await data(client.GET("/api/downloads", { params: { query }, signal }))).items;
  },
});

/** Downloads that are not finished, in the order of the queue. */
export const useUnfinished = () => useQuery(unfinished);

/** Downloads that are finished, the newest first, page by page. */
export function useFinished() {
  return useInfiniteQuery({
    queryKey: ["downloads", "finished"],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = { state: [...FINISHED], limit: 50, cursor: pageParam };
      return data(client.GET("/api/downloads", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** One download as the server tells it. */
export const downloadQuery = (id: string) =>
  queryOptions({
    queryKey: ["download", id],
    queryFn: ({ signal }) =>
      data(client.GET("/api/downloads/{download_id}", { params: { path: { download_id: id } }, signal })),
  });

/** Takes the news of a download in. */
export function applyDownload(download: Download): void {
  queries.setQueryData(downloadQuery(download.id).queryKey, download);
  const finished = FINISHED.has(download.state);
  if (finished) forgetProgress(download.id);
  queries.setQueryData(unfinished.queryKey, (known) => {
    if (!known) return known;
    const others = known.filter((each) => each.id !== download.id);
    if (finished) return others;
    const at = known.findIndex((each) => each.id === download.id);
    return at < 0 ? [...known, download] : known.map((each) => (each.id === download.id ? download : each));
  });
  if (finished) queries.invalidateQueries({ queryKey: ["downloads", "finished"] });
}

export function forgetDownload(id: string): void {
  queries.removeQueries({ queryKey: ["download", id] });
  queries.invalidateQueries({ queryKey: ["downloads"] });
}

/** The queue has a new order: ids that wait, the first comes first. */
export function keepOrder(order: readonly string[]): void {
  const places = new Map(order.map((id, place) => [id, place]));
  const place = (each: Download) => places.get(each.id) ?? -1;
  queries.setQueryData(unfinished.queryKey, (known) => known && [...known].sort((a, b) => place(a) - place(b)));
}

export type Verb = "pause" | "resume" | "cancel" | "retry";

/** Pauses, resumes, cancels or retries a download. */
export async function steer(id: string, verb: Verb): Promise<void> {
  const path = { download_id: id, verb };
  applyDownload(await data(client.POST("/api/downloads/{download_id}/{verb}", { params: { path } })));
}

/** Changes an unfinished download: its place in the queue, its answer to a duplicate, its draft. */
export async function changeDownload(id: string, change: Schemas["ChangeIn"]): Promise<Download> {
  const params = { path: { download_id: id } };
  const changed = await data(client.PATCH("/api/downloads/{download_id}", { params, body: change }));
  applyDownload(changed);
  return changed;
}

/** What a link would bring; nothing is queued. */
export const previewLink = (wish: Schemas["LinkIn"], signal?: AbortSignal) =>
  data(client.POST("/api/downloads/preview", { body: wish, signal }));

/** Puts a link into the queue. */
export async function startDownload(wish: Schemas["LinkIn"]): Promise<Download> {
  const download = await data(client.POST("/api/downloads", { body: wish }));
  applyDownload(download);
  return download;
}

/** Takes a finished download out of the history. */
export async function dropDownload(id: string): Promise<void> {
  await client.DELETE("/api/downloads/{download_id}", { params: { path: { download_id: id } } });
}

/** Takes what was reviewed and lets the model be placed. */
export async function finalizeDownload(id: string, fields: Record<string, unknown>): Promise<Download> {
  const params = { path: { download_id: id } };
  const download = await data(client.POST("/api/downloads/{download_id}/finalize", { params, body: { fields } }));
  applyDownload(download);
  return download;
}
