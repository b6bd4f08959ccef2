/** The workflow that is looked at: it stays while other pages are visited. */

import type { Given } from "@/api/workflows";

const CARRIERS = /\.(json|png|webp|jpe?g|avif|mp4|webm|mkv|mov|flac|ogg|opus)$/i;
let given: Given | undefined;
let next = 1;
const listeners = new Set<() => void>();

export const workflow = {
  get: () => given,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

/** Looks at a file or a text; nothing ends it. */
export function give(content: File | string | undefined): void {
  if (content === undefined) given = undefined;
  else if (typeof content === "string") given = { id: next++, name: "", content: new Blob([content]) };
  else given = { id: next++, name: content.name, content };
  for (const tell of listeners) tell();
}

/** What is a workflow, or may carry one, of what was dropped or pasted; models and links are somebody else's. */
export function workflowIn(dropped: DataTransfer): File | string | undefined {
  const files = [...dropped.files];
  if (files.length) return files.find((each) => CARRIERS.test(each.name) || /^(image|video|audio)\//.test(each.type));
  const text = dropped.getData("text/plain").trim();
  return text.startsWith("{") ? text : undefined;
}
