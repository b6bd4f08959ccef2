/** Files that are sent to the server: they go on while the sheet is closed, two at a time. */

import { address } from "@/lib/place";
import { Refused } from "./client";
import { ended, noteTask, type Task } from "./tasks";

/** A model that came of a file, or the one that the library had already. */
export interface Outcome {
  id: string;
  name: string;
  isKnown: boolean;
}

export interface Upload {
  id: number;
  name: string;
  size: number;
  sent: number;
  state: "waiting" | "sending" | "importing" | "done" | "failed";
  problem?: unknown;
  outcome?: Outcome;
}

const AT_ONCE = 2;
let uploads: readonly Upload[] = [];
let next = 1;
const files = new Map<number, File>();
const stops = new Map<number, () => void>();
const listeners = new Set<() => void>();

export const sent = {
  get: () => uploads,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

function replace(changed: readonly Upload[]): void {
  uploads = changed;
  for (const tell of listeners) tell();
}

const change = (id: number, with_: Partial<Upload>) =>
  replace(uploads.map((each) => (each.id === id ? { ...each, ...with_ } : each)));

/** Sends files, one after the other; each becomes a model. */
export function sendFiles(given: readonly File[]): void {
  const added = given.map((file): Upload => {
    const id = next++;
    files.set(id, file);
    return { id, name: file.name, size: file.size, sent: 0, state: "waiting" };
  });
  replace([...uploads, ...added]);
  sendNext();
}

/** Takes a file off the list; one on its way is stopped, and nothing of it stays. */
export function dropUpload(id: number): void {
  stops.get(id)?.();
  files.delete(id);
  replace(uploads.filter((each) => each.id !== id));
  sendNext();
}

/** Sends a file again that was refused. With `duplicates` it is taken in though the library has it. */
export function sendAgain(id: number, duplicates = false): void {
  change(id, { state: "waiting", sent: 0, problem: undefined, outcome: undefined });
  if (duplicates) wanted.add(id);
  sendNext();
}

const wanted = new Set<number>();
const isBusy = (each: Upload) => each.state === "sending" || each.state === "importing";

function sendNext(): void {
  const free = AT_ONCE - uploads.filter((each) => each.state === "sending").length;
  for (const each of uploads.filter(({ state }) => state === "waiting").slice(0, Math.max(0, free))) void send(each);
}

async function send({ id, name }: Upload): Promise<void> {
  const file = files.get(id);
  if (!file) return;
  change(id, { state: "sending" });
  addEventListener("beforeunload", askToStay);
  try {
    const task = await post(id, file, name);
    change(id, { state: "importing", sent: file.size });
    sendNext();
    noteTask(task);
    change(id, outcomeOf(await ended(task), name));
  } catch (problem) {
    change(id, { state: "failed", problem });
  } finally {
    stops.delete(id);
    if (!uploads.some(isBusy)) removeEventListener("beforeunload", askToStay);
    sendNext();
  }
}

function askToStay(event: BeforeUnloadEvent): void {
  if (uploads.some((each) => each.state === "sending")) event.preventDefault();
}

interface Told {
  models?: { id: string; name: string }[];
  skipped?: { id: string; name: string }[];
  problems?: { code?: string; error?: string; hint?: string; context?: Record<string, unknown> }[];
}

function outcomeOf(result: Record<string, unknown>, name: string): Partial<Upload> {
  const told = result as Told;
  const [model, known, problem] = [told.models?.[0], told.skipped?.[0], told.problems?.[0]];
  if (model) return { state: "done", outcome: { ...model, isKnown: false } };
  if (known) return { state: "done", outcome: { ...known, isKnown: true } };
  const refused = new Refused(
    problem?.code ?? "broken-file",
    problem?.error ?? "",
    problem?.hint ?? "",
    { file: name, ...problem?.context },
    422,
  );
  return { state: "failed", problem: refused };
}

/** The request itself: only this old interface tells how much was sent. */
function post(id: number, file: File, name: string): Promise<Task> {
  const path = `/api/models/upload?name=${encodeURIComponent(name)}${wanted.has(id) ? "&duplicates=true" : ""}`;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path));
    request.setRequestHeader("X-Modella", "1");
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => change(id, { sent: event.loaded });
    request.onerror = () => reject(new Refused("unreachable-server", "", "", {}, 0));
    request.onabort = () => reject(new Refused("cancelled", "", "", {}, 0));
    request.onload = () => {
      const told = readable(request.responseText);
      if (told.success && told.data) resolve(told.data);
      else
        reject(
          new Refused(told.code ?? "failed", told.error ?? "", told.hint ?? "", told.context ?? {}, request.status),
        );
    };
    stops.set(id, () => request.abort());
    request.send(file);
  });
}

interface Answer {
  success?: boolean;
  data?: Task;
  code?: string;
  error?: string;
  hint?: string;
  context?: Record<string, unknown>;
}

function readable(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}
