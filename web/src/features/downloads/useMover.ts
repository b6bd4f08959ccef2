import { type DragEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { type Download, moveDownload } from "@/api/downloads";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { useReport } from "@/ui/useReport";
import { GROUPS, type Layout, moved, placeOf } from "./groups";

const TYPE = "application/x-modella";

export interface Mark {
  id: string;
  side: "above" | "below";
}

export interface Mover {
  move: (download: Download, to: "top" | "up" | "down" | "bottom") => void;
  onKey: (event: KeyboardEvent, download: Download) => void;
  onStart: (event: DragEvent, download: Download) => void;
  onOver: (event: DragEvent, download: Download) => void;
  onDrop: (event: DragEvent) => void;
  onEnd: () => void;
}

interface Moving {
  layout: Layout;
  queue: readonly string[];
  arrange: (change: (layout: Layout) => Layout) => void;
}

/** Moves rows within their group: by drag, by Alt and an arrow, from the menu; each move is told. */
export function useMover(moving: Moving): { mover: Mover; mark: Mark | undefined } {
  const { t } = useWords();
  const report = useReport();
  const [mark, setMark] = useState<Mark>();
  const now = useRef({ ...moving, t, mark });
  now.current = { ...moving, t, mark };
  const dragged = useRef<Download>(undefined);
  const mover = useMemo<Mover>(() => {
    const mates = (id: string) => {
      const { layout } = now.current;
      const group = GROUPS.find((each) => layout[each].includes(id));
      return group ? layout[group] : [];
    };
    function put(download: Download, beside: string | undefined, isBehind: boolean) {
      if (beside === undefined || beside === download.id) return;
      const place = placeOf(now.current.queue, download.id, beside, isBehind);
      void report(() => moveDownload(download.id, place));
      now.current.arrange((layout) => moved(layout, download.id, beside, isBehind));
      const others = mates(download.id).filter((each) => each !== download.id);
      const at = others.indexOf(beside) + (isBehind ? 2 : 1);
      const name = download.name ?? download.link;
      announce(now.current.t("web.downloads.moved", { name, at, of: others.length + 1 }));
    }
    function move(download: Download, to: "top" | "up" | "down" | "bottom") {
      const line = mates(download.id);
      const at = line.indexOf(download.id);
      const beside = { top: line[0], up: line[at - 1], down: line[at + 1], bottom: line.at(-1) }[to];
      put(download, beside, to === "down" || to === "bottom");
    }
    return {
      move,
      onKey(event, download) {
        const to = event.altKey ? ({ ArrowUp: "up", ArrowDown: "down" } as const)[event.key] : undefined;
        if (!to) return;
        event.preventDefault();
        move(download, to);
      },
      onStart(event, download) {
        dragged.current = download;
        event.dataTransfer.setData(TYPE, download.id);
        event.dataTransfer.effectAllowed = "move";
        const row = event.currentTarget.closest("li");
        if (row) event.dataTransfer.setDragImage(row, 16, 16);
      },
      onOver(event, download) {
        const from = dragged.current;
        if (!from || !mates(from.id).includes(download.id)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        const box = event.currentTarget.getBoundingClientRect();
        const side = event.clientY < box.top + box.height / 2 ? "above" : "below";
        const known = now.current.mark;
        if (known?.id !== download.id || known.side !== side) setMark({ id: download.id, side });
      },
      onDrop(event) {
        if (!dragged.current) return;
        event.preventDefault();
        const to = now.current.mark;
        if (to) put(dragged.current, to.id, to.side === "below");
        setMark(undefined);
      },
      onEnd() {
        dragged.current = undefined;
        setMark(undefined);
      },
    };
  }, [report]);
  return { mover, mark };
}
