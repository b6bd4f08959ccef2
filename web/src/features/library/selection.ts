import { useMemo, useState } from "react";

export interface Selection {
  ids: ReadonlySet<string>;
  toggle: (id: string, index: number) => void;
  only: (id: string, index: number) => void;
  add: (ids: readonly string[]) => void;
  replace: (ids: readonly string[]) => void;
  clear: () => void;
  /** Where a range begins: the last that was toggled by hand. */
  anchor: number | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** Which models are selected; of one question only, so that nothing out of sight is changed along. */
export function useSelection(question: string): Selection {
  const [state, setState] = useState({ question, ids: NONE, anchor: undefined as number | undefined });
  const ids = state.question === question ? state.ids : NONE;
  const anchor = state.question === question ? state.anchor : undefined;
  return useMemo(() => {
    const set = (next: Iterable<string>, at: number | undefined) =>
      setState({ question, ids: new Set(next), anchor: at });
    return {
      ids,
      anchor,
      toggle(id, index) {
        const next = new Set(ids);
        if (!next.delete(id)) next.add(id);
        set(next, index);
      },
      only: (id, index) => set([id], index),
      add: (more) => set([...ids, ...more], anchor),
      replace: (next) => set(next, anchor),
      clear: () => set([], undefined),
    };
  }, [ids, anchor, question]);
}
