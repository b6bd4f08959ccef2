import { type RefObject, useEffect, useState } from "react";

const LIMIT = 4;
const SETTLED_AFTER = 120;

/** Whether the wall rushes by: more than 4 pixels a millisecond. Nothing is fetched then (facts: Immich found the same). */
export function useSpeedGate(scroller: RefObject<HTMLElement | null>): boolean {
  const [isFast, setFast] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let [top, at] = [element.scrollTop, performance.now()];
    let timer: ReturnType<typeof setTimeout>;
    function measure() {
      if (!element) return;
      const now = performance.now();
      const speed = Math.abs(element.scrollTop - top) / Math.max(1, now - at);
      [top, at] = [element.scrollTop, now];
      setFast(speed > LIMIT);
      clearTimeout(timer);
      timer = setTimeout(() => setFast(false), SETTLED_AFTER);
    }
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener("scroll", measure);
    };
  }, [scroller]);
  return isFast;
}
