/** Tells screen readers what happened, without moving the focus: one polite region for the whole app. */

let region: HTMLElement | undefined;
let last = 0;
let waiting: { text: string; topic: string | undefined }[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
const EVERY = 1500;

function flush() {
  timer = undefined;
  last = Date.now();
  const text = waiting.map((each) => each.text).join(". ");
  waiting = [];
  if (!region) return;
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  while (region.childElementCount > 5) region.firstElementChild?.remove();
}

/** Texts that come at once are told together, and of one topic only the newest, so that nothing chatters. */
export function announce(text: string, topic?: string): void {
  waiting = waiting.filter((each) => each.text !== text && (topic === undefined || each.topic !== topic));
  waiting.push({ text, topic });
  if (timer === undefined) timer = setTimeout(flush, Math.max(50, EVERY - (Date.now() - last)));
}

/** Makes an element the region. */
export function announceIn(element: HTMLElement | null): void {
  region = element ?? undefined;
}
