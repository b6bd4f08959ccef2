/** Downloads: the queue and its history, and what can be done with them. */

import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { address } from "@/lib/place";
import { client, data, type Schemas } from "./client";
import { forgetProgress } from "./progress";
import { queries } from "./queries";

export type Download = Schemas["DownloadView"];
export type DownloadState = Download["state"];
export type Wish = Schemas["LinkIn"];
export type Preview = Schemas["Foretold"];
export type ListedFile = Schemas["ListedFile"];

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

/** Downloads that are finished, the newest first, page by page: of one state, with every word of a text. */
export function useFinished(of?: DownloadState, text = "") {
  return useInfiniteQuery({
    queryKey: ["downloads", "finished", of, text],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = { state: of ? [of] : [...FINISHED], limit: 50, cursor: pageParam, q: text || undefined };
      return data(client.GET("/api/downloads", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

const SETTLE = 200;
let settling: ReturnType<typeof setTimeout> | undefined;

/** Many that finish at once make one question. */
function historyChanged(): void {
  if (settling !== undefined) return;
  settling = setTimeout(() => {
    settling = undefined;
    queries.invalidateQueries({ queryKey: ["downloads", "finished"] });
  }, SETTLE);
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
  if (!WORKING.has(download.state)) forgetProgress(download.id);
  const known = queries.getQueryData(unfinished.queryKey);
  const isListed = known?.some((each) => each.id === download.id);
  if (known && finished && isListed)
    queries.setQueryData(
      unfinished.queryKey,
      known.filter((each) => each.id !== download.id),
    );
  else if (known && !finished)
    queries.setQueryData(
      unfinished.queryKey,
      isListed ? known.map((each) => (each.id === download.id ? download : each)) : [...known, download],
    );
  if (finished || (known && !isListed)) historyChanged();
  // One that was finished and is tried again keeps its place: only the server knows which.
  if (known && !finished && !isListed && wasFinished(download.id))
    queries.invalidateQueries({ queryKey: unfinished.queryKey });
}

const wasFinished = (id: string) =>
  queries
    .getQueriesData<{ pages: { items: Download[] }[] }>({ queryKey: ["downloads", "finished"] })
    .some(([, told]) => told?.pages.some((page) => page.items.some((each) => each.id === id)));

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
  if (verb === "retry") begun.set(id, Date.now());
  applyDownload(await data(client.POST("/api/downloads/{download_id}/{verb}", { params: { path } })));
}

/** Changes an unfinished download: its place in the queue, its answer to a duplicate, its draft. */
export async function changeDownload(id: string, change: Schemas["ChangeIn"]): Promise<Download> {
  const params = { path: { download_id: id } };
  const changed = await data(client.PATCH("/api/downloads/{download_id}", { params, body: change }));
  applyDownload(changed);
  return changed;
}

/** Moves an unfinished download to a place in the queue, from 1; shown before the server has answered. */
export async function moveDownload(id: string, place: number): Promise<void> {
  const line = (queries.getQueryData(unfinished.queryKey) ?? []).map((each) => each.id).filter((each) => each !== id);
  line.splice(place - 1, 0, id);
  keepOrder(line);
  await changeDownload(id, { position: place });
}

/** Pauses whatever waits or runs; gives how many. */
export const pauseAll = () => data(client.POST("/api/downloads/pause", {}));

/** Resumes whatever is paused; gives how many. */
export const resumeAll = () => data(client.POST("/api/downloads/resume", {}));

/** Takes every finished download of some states out of the history; gives how many. */
export const clearDownloads = (state: DownloadState[]) =>
  data(client.DELETE("/api/downloads", { params: { query: { state } } }));

/** What a link would bring; nothing is queued. Asked once, and stopped when nobody wants to know any more. */
export const previewQuery = (wish: { url: string; file?: string | undefined }) =>
  queryOptions({
    queryKey: ["preview", wish.url, wish.file],
    queryFn: ({ signal }) =>
      data(
        client.POST("/api/downloads/preview", {
          body: { url: wish.url, file: wish.file, ...PLAIN },
          signal,
        }),
      ),
    // The library may have it meanwhile: each opening of the sheet asks again, and shows what is known until then.
    staleTime: 0,
    retry: false,
  });

const PLAIN = { on_duplicate: "ask", review: false, link: true } as const;

/** A wish with nothing but its link. */
export const wishOf = (url: string): Wish => ({ url, ...PLAIN });

/** Where a reviewed model would go, were these its fields. */
export const targetQuery = (id: string, fields: Record<string, unknown>) =>
  queryOptions({
    queryKey: ["download", id, "target", fields],
    queryFn: ({ signal }) => {
      const params = { path: { download_id: id } };
      return data(client.POST("/api/downloads/{download_id}/target", { params, body: { fields }, signal }));
    },
    placeholderData: keepPreviousData,
    retry: false,
  });

/** The address of a picture of a link that was looked at, small and made safe. */
export const glimpse = (url: string) => address(`/api/downloads/preview/picture?url=${encodeURIComponent(url)}`);

const begun = new Map<string, number>();
const JUST_NOW = 2000;

/** Whether a download was begun or tried again by hand on this page a moment ago. */
export const isJustBegun = (id: string) => Date.now() - (begun.get(id) ?? 0) < JUST_NOW;

/** Puts a link into the queue. */
export async function startDownload(wish: Wish): Promise<Download> {
  const download = await data(client.POST("/api/downloads", { body: wish }));
  begun.set(download.id, Date.now());
  applyDownload(download);
  return download;
}

/** Takes a finished download out of the history. */
export async function dropDownload(id: string): Promise<void> {
  await data(client.DELETE("/api/downloads/{download_id}", { params: { path: { download_id: id } } }));
}

/** Takes what was reviewed and lets the model be placed. */
export async function finalizeDownload(id: string, fields: Record<string, unknown>): Promise<Download> {
  const params = { path: { download_id: id } };
  const download = await data(client.POST("/api/downloads/{download_id}/finalize", { params, body: { fields } }));
  applyDownload(download);
  return download;
}
