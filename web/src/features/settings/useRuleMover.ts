import { type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { type Draft, moved } from "./draftRules";

const TYPE = "application/x-modella";

export interface RuleMover {
  /** Where a dragged rule would land: before the one with this number. */
  mark: number | undefined;
  move: (from: number, to: number) => void;
  onKey: (event: KeyboardEvent, at: number) => void;
  onStart: (event: DragEvent, at: number) => void;
  onOver: (event: DragEvent, at: number) => void;
  onDrop: (event: DragEvent) => void;
  onEnd: () => void;
}

/** Moves rules by drag, by Alt and an arrow, and by buttons; each move is told. */
export function useRuleMover(drafts: readonly Draft[], change: (next: Draft[]) => void): RuleMover {
  const { t } = useWords();
  const [mark, setMark] = useState<number>();
  const dragged = useRef<number>(undefined);
  function move(from: number, to: number) {
    if (to < 0 || to >= drafts.length || to === from) return;
    change(moved(drafts, from, to));
    announce(t("web.settings.rule-moved", { at: to + 1, of: drafts.length }), "rule");
  }
  function end() {
    dragged.current = undefined;
    setMark(undefined);
  }
  return {
    mark,
    move,
    onKey(event, at) {
      const step = event.altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as Record<string, number>)[event.key] : undefined;
      if (!step) return;
      event.preventDefault();
      move(at, at + step);
    },
    onStart(event, at) {
      dragged.current = at;
      event.dataTransfer.setData(TYPE, String(at));
      event.dataTransfer.effectAllowed = "move";
      const row = event.currentTarget.closest("li");
      if (row) event.dataTransfer.setDragImage(row, 16, 16);
    },
    onOver(event, at) {
      if (dragged.current === undefined) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      const box = event.currentTarget.getBoundingClientRect();
      setMark(event.clientY < box.top + box.height / 2 ? at : at + 1);
    },
    onDrop(event) {
      const from = dragged.current;
      if (from === undefined) return;
      event.preventDefault();
      if (mark !== undefined) move(from, mark > from ? mark - 1 : mark);
      end();
    },
    onEnd: end,
  };
}
