/** Notifications of the system: asked for by a button only, and sent only while nobody looks at the page. */

import { stored } from "./stored";

export const notify = stored<boolean>("modella.notify", false);

/** Browsers have them in secure places only. */
export const canNotify = () => isSecureContext && "Notification" in globalThis;

/** Tells something outside of the page; a click leads back to it. One with the same tag replaces the one before. */
export function tellOutside(title: string, body: string, tag: string, onClick: () => void): void {
  if (!canNotify() || !notify.get() || Notification.permission !== "granted" || document.visibilityState === "visible")
    return;
  try {
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      onClick();
      shown.close();
    };
  } catch {
    // Phones allow them to service workers only.
  }
}
