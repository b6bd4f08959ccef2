/** The one listener of live events: it keeps what was asked of the server in step with the server. */

import { address } from "@/lib/place";
import { appsChanged, modelsOfAppsChanged } from "./apps";
import type { Schemas } from "./client";
import { applyDownload, forgetDownload, keepOrder } from "./downloads";
import { noteProgress } from "./progress";
import { queries } from "./queries";
import { noteTask } from "./tasks";

export type LiveEvent =
  | { type: "download-changed"; download: Schemas["DownloadView"] }
  | { type: "download-removed"; id: string }
  | ({ type: "download-progress" } & import("./progress").Progress)
  | { type: "model-added" | "model-changed"; model: { id: string; name: string } }
  | { type: "models-changed"; count: number; ids: string[] }
  | ({ type: "task-progress" } & Schemas["TaskView"])
  | { type: "queue-changed"; order: string[] }
  | { type: "apps-changed"; apps: string[] }
  | { type: "settings-changed" | "lists-changed" | "resync" };

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();

/** Hears every event, until the returned function is called. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

const OF_MODELS = [
  ["models"],
  ["workflow"],
  ["ids"],
  ["usage"],
  ["tree"],
  ["attention"],
  ["duplicates"],
  ["trash"],
  ["lists"],
  ["roots"],
];
const SETTLE = 300;
let settling: ReturnType<typeof setTimeout> | undefined;
const changed = new Set<string>();

/** Many changes at once make one question. */
function modelsChanged(ids: readonly string[]): void {
  for (const id of ids) changed.add(id);
  if (settling === undefined)
    settling = setTimeout(() => {
      settling = undefined;
      for (const queryKey of OF_MODELS) queries.invalidateQueries({ queryKey });
      for (const id of changed) queries.invalidateQueries({ queryKey: ["model", id] });
      changed.clear();
      modelsOfAppsChanged();
    }, SETTLE);
}

function apply(event: LiveEvent): void {
  switch (event.type) {
    case "download-changed":
      applyDownload(event.download);
      queries.invalidateQueries({ queryKey: ["attention"] });
      break;
    case "download-removed":
      forgetDownload(event.id);
      break;
    case "download-progress":
      noteProgress(event);
      break;
    case "model-added":
    case "model-changed":
      modelsChanged([event.model.id]);
      break;
    case "models-changed":
      modelsChanged(event.ids);
      if (event.ids.length === 0) queries.invalidateQueries({ queryKey: ["model"] });
      break;
    case "task-progress":
      noteTask(event);
      break;
    case "apps-changed":
      void appsChanged();
      break;
    case "queue-changed":
      keepOrder(event.order);
      break;
    case "settings-changed":
      for (const name of ["settings", "rules", "tokens"]) queries.invalidateQueries({ queryKey: [name] });
      break;
    case "lists-changed":
      queries.invalidateQueries({ queryKey: ["lists"] });
      break;
    case "resync":
      queries.invalidateQueries();
  }
}

/** Whether the server is heard. */
let heard = true;
const onHeard = new Set<() => void>();
export const connection = {
  get: () => heard,
  subscribe(listener: () => void) {
    onHeard.add(listener);
    return () => {
      onHeard.delete(listener);
    };
  },
};

function setHeard(next: boolean): void {
  if (heard === next) return;
  heard = next;
  for (const tell of onHeard) tell();
}

const PAUSES = [500, 1000, 2000, 5000, 10_000];

/** Connects, and connects again whenever the server was away; what was missed is asked for by number. */
export function listen(): () => void {
  let socket: WebSocket | undefined;
  let seq: number | undefined;
  let failures = 0;
  let over = false;
  let timer: ReturnType<typeof setTimeout>;

  function open() {
    const url = new URL(address("/ws/events"), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (seq !== undefined) url.searchParams.set("since", String(seq));
    socket = new WebSocket(url);
    socket.onopen = () => {
      if (failures > 1) queries.invalidateQueries();
      failures = 0;
      setHeard(true);
    };
    socket.onmessage = (message) => {
      const event = JSON.parse(message.data) as LiveEvent & { seq: number };
      seq = event.seq;
      apply(event);
      for (const tell of listeners) tell(event);
    };
    socket.onclose = () => {
      if (over) return;
      if (failures > 0) setHeard(false);
      timer = setTimeout(open, PAUSES[Math.min(failures, PAUSES.length - 1)]);
      failures += 1;
    };
  }

  open();
  return () => {
    over = true;
    clearTimeout(timer);
    socket?.close();
  };
}
