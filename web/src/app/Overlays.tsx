import { Suspense, useEffect, useSyncExternalStore } from "react";
import { adding, openAdd } from "@/lib/adding";
import { openOverlay, overlay } from "@/lib/overlays";
import { page } from "@/lib/page";

const AddSheet = page(() => import("@/features/add/AddSheet"));
const Palette = page(() => import("@/features/palette/Palette"));
const Shortcuts = page(() => import("@/features/palette/Shortcuts"));

/** What lies above every page: the sheet that adds models, the palette, the help; and pasting and dropping anywhere. */
export function Overlays() {
  const what = useSyncExternalStore(adding.subscribe, adding.get);
  const which = useSyncExternalStore(overlay.subscribe, overlay.get);
  useEffect(listenForPastes, []);
  return (
    <Suspense fallback={null}>
      {what && <AddSheet {...what} onClose={() => openAdd(undefined)} />}
      {which === "palette" && <Palette onClose={() => openOverlay(undefined)} />}
      {which === "shortcuts" && <Shortcuts onClose={() => openOverlay(undefined)} />}
    </Suspense>
  );
}

const isField = (target: EventTarget | null) =>
  target instanceof Element && target.closest("input,textarea,select,[contenteditable]") !== null;

/** A link or file that is pasted or dropped on any page opens the sheet with it. */
function listenForPastes(): () => void {
  const over = (event: DragEvent) => {
    if (isOurs(event) || !event.dataTransfer) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  };
  const drop = (event: DragEvent) => {
    if (isOurs(event) || !event.dataTransfer) return;
    event.preventDefault();
    take(event.dataTransfer);
  };
  const paste = (event: ClipboardEvent) => {
    if (isField(event.target) || !event.clipboardData) return;
    if (take(event.clipboardData)) event.preventDefault();
  };
  const pairs = [
    ["dragover", over],
    ["drop", drop],
    ["paste", paste],
  ] as [string, EventListener][];
  for (const [name, listener] of pairs) window.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of pairs) window.removeEventListener(name, listener);
  };
}

/** Rows of our own that are dragged about are nothing to add. */
const isOurs = (event: DragEvent) =>
  event.defaultPrevented || event.dataTransfer?.types.includes("application/x-modella");

function take(given: DataTransfer): boolean {
  const files = [...given.files];
  const text = (given.getData("text/uri-list") || given.getData("text/plain")).trim();
  if (!files.length && !text) return false;
  openAdd(files.length ? { files } : { text });
  return true;
}
