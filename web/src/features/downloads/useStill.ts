import { type RefObject, useEffect, useState } from "react";
import type { Layout } from "./groups";

/** Whether the pointer or the keyboard is at work inside an element. */
function useIsBusy(place: RefObject<HTMLElement | null>): boolean {
  const [isOver, setOver] = useState(false);
  const [isInside, setInside] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const over = (event: PointerEvent) => setOver(event.pointerType !== "touch");
    const out = () => setOver(false);
    const into = () => setInside(true);
    const leave = (event: FocusEvent) => setInside(element.contains(event.relatedTarget as Node | null));
    const pairs = [
      ["pointerenter", over],
      ["pointerleave", out],
      ["focusin", into],
      ["focusout", leave],
    ] as [string, EventListener][];
    for (const [name, listener] of pairs) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of pairs) element.removeEventListener(name, listener);
    };
  }, [place]);
  return isOver || isInside;
}

interface Still {
  layout: Layout;
  /** Follows what is live, at once. */
  refresh: () => void;
  /** Changes what stands still: whoever moves a row wants to see it move. */
  arrange: (change: (layout: Layout) => Layout) => void;
}

/** The layout as it was when somebody came to it; it follows again as soon as they leave, or when they ask for it. */
export function useStill(live: Layout, place: RefObject<HTMLElement | null>): Still {
  const isBusy = useIsBusy(place);
  const [kept, setKept] = useState<Layout>();
  if (!isBusy && kept) setKept(undefined);
  if (isBusy && !kept) setKept(live);
  return {
    layout: kept ?? live,
    refresh: () => setKept(undefined),
    arrange: (change) => setKept((before) => before && change(before)),
  };
}
