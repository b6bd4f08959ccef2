import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type ModelSummary, PAGE } from "@/api/models";
import { useWords } from "@/i18n";
import { Card, useCardWords } from "./Card";
import { type Density, destination, layoutOf } from "./grid";
import type { Selection } from "./selection";
import styles from "./Wall.module.css";

interface WallProps {
  scroller: RefObject<HTMLDivElement | null>;
  /** What is shown, as one text: a new question begins at the top. */
  question: string;
  total: number;
  at: (index: number) => ModelSummary | undefined;
  density: Density;
  selection: Selection;
  isFast: boolean;
  onPages: (numbers: number[]) => void;
  onOpen: (model: ModelSummary, index: number) => void;
  onMenu: (model: ModelSummary, index: number, anchor: HTMLElement) => void;
  onRange: (from: number, to: number) => void;
  onAll: () => void;
}

const OVERSCAN = 2;
const LOOKS = { comfortable: "card", compact: "small", list: "row" } as const;

/** Where the wall of a question was left, so that coming back finds it as it was. */
const left = new Map<string, { top: number; focused: number }>();

/** Thousands of models as a grid of which only the rows in sight exist, and the one with the focus. */
export function Wall(props: WallProps) {
  const { scroller, question, total, at, density, selection, isFast, onPages } = props;
  const { t } = useWords();
  const size = useSize(scroller);
  const layout = useMemo(() => layoutOf(size.width, density), [size.width, density]);
  const rows = Math.ceil(total / layout.columns);
  const [focused, setFocused] = useState(left.get(question)?.focused ?? 0);
  const [live, setLive] = useState<number>();
  const wantsFocus = useRef(false);
  const [from, to] = useRowsInSight(scroller, layout.rowHeight, rows, size.height);
  const rowsInSight = Math.max(1, Math.floor(size.height / layout.rowHeight));

  useReturn(scroller, question, focused, size.width > 0 && total > 0, setFocused);
  useEffect(() => setFocused((now) => Math.max(0, Math.min(now, total - 1))), [total]);
  useEffect(() => {
    const first = Math.floor((from * layout.columns) / PAGE);
    const last = Math.floor(Math.min(total, (to + 1) * layout.columns) / PAGE);
    onPages(Array.from({ length: last - first + 1 }, (_, number) => first + number));
  }, [from, to, layout.columns, total, onPages]);

  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    const element = scroller.current;
    if (!element) return;
    const top = Math.floor(focused / layout.columns) * layout.rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + layout.rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + layout.rowHeight - element.clientHeight;
    element.querySelector<HTMLElement>(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  }, [focused, layout, scroller]);

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const model = at(focused);
    const cell = (event.target as Element).closest<HTMLElement>("[data-index]");
    const ctrl = event.ctrlKey || event.metaKey;
    const next = destination(event.key, focused, total, { columns: layout.columns, rowsInSight }, ctrl);
    if (next !== undefined) {
      wantsFocus.current = true;
      if (event.shiftKey) props.onRange(selection.anchor ?? focused, next);
      setFocused(next);
      // The same place asks for nothing anew, so the focus has to be brought by hand.
      if (next === focused) wantsFocus.current = false;
    } else if (event.key === " " && model) selection.toggle(model.id, focused);
    else if (event.key === "Enter" && model) props.onOpen(model, focused);
    else if (event.key.toLowerCase() === "a" && ctrl) props.onAll();
    else if (event.key === "Escape" && selection.ids.size) selection.clear();
    else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && model && cell)
      props.onMenu(model, focused, cell);
    else return;
    event.preventDefault();
  }

  function onClick(event: MouseEvent<HTMLDivElement>) {
    const found = hit(event.target, at);
    if (!found) return;
    const { model, index, cell, act } = found;
    setFocused(index);
    cell.focus({ preventScroll: true });
    if (act === "more") props.onMenu(model, index, cell);
    else if (event.shiftKey) props.onRange(selection.anchor ?? index, index);
    else if (act === "select" || event.ctrlKey || event.metaKey) selection.toggle(model.id, index);
    else props.onOpen(model, index);
  }

  function onContextMenu(event: MouseEvent<HTMLDivElement>) {
    const found = hit(event.target, at);
    if (!found) return;
    event.preventDefault();
    setFocused(found.index);
    props.onMenu(found.model, found.index, found.cell);
  }

  const onPointerOver = (event: PointerEvent) => event.pointerType === "mouse" && setLive(hit(event.target, at)?.index);

  const shown = rowsToShow(from, to, Math.floor(focused / layout.columns), rows);
  return (
    <div ref={scroller} className={styles.scroller} data-density={density}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot be laid out as a wall of cards */}
      <div
        role="grid"
        aria-label={t("web.library.wall")}
        aria-multiselectable
        aria-rowcount={rows}
        aria-colcount={layout.columns}
        className={styles.grid}
        ref={(grid) => grid?.style.setProperty("height", `${rows * layout.rowHeight}px`)}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onContextMenu={onContextMenu}
        onPointerOver={onPointerOver}
        onPointerLeave={() => setLive(undefined)}
        onFocus={(event) => {
          const index = hit(event.target, at)?.index;
          if (index !== undefined && index !== focused) setFocused(index);
        }}
      >
        {shown.map((row) => (
          <Row
            key={row}
            row={row}
            top={row * layout.rowHeight}
            height={layout.cardHeight}
            columns={layout.columns}
            {...{ total, at, focused, live, selection, isFast }}
            look={LOOKS[density]}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  row: number;
  top: number;
  height: number;
  columns: number;
  total: number;
  at: WallProps["at"];
  focused: number;
  live: number | undefined;
  selection: Selection;
  isFast: boolean;
  look: "card" | "small" | "row";
}

function Row({ row, top, height, columns, total, at, focused, live, selection, isFast, look }: RowProps) {
  const words = useCardWords();
  const first = row * columns;
  const places = Array.from({ length: Math.min(columns, total - first) }, (_, column) => first + column);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the cells of a grid take the focus, its rows do not
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div
      role="row"
      aria-rowindex={row + 1}
      className={styles.row}
      ref={(element) => {
        if (!element) return;
        element.style.transform = `translateY(${top}px)`;
        element.style.height = `${height}px`;
        element.style.setProperty("--columns", String(columns));
      }}
    >
      {places.map((index) => {
        const model = at(index);
        const isSelected = model !== undefined && selection.ids.has(model.id);
        return (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div
            key={index - first}
            role="gridcell"
            tabIndex={index === focused ? 0 : -1}
            aria-colindex={index - first + 1}
            aria-selected={isSelected}
            aria-label={model ? words(model, look) : "…"}
            aria-busy={model ? undefined : true}
            data-index={index}
            className={styles.cell}
          >
            {model ? (
              <Card
                model={model}
                index={index}
                isSelected={isSelected}
                isSelecting={selection.ids.size > 0}
                isLive={live === index}
                mayLoad={!isFast}
                look={look}
              />
            ) : (
              <div className={styles.skeleton} data-look={look} />
            )}
          </div>
        );
      })}
    </div>
  );
}

/** The model that an event is about, and what of it was hit. */
function hit(target: EventTarget, at: WallProps["at"]) {
  if (!(target instanceof Element)) return undefined;
  const cell = target.closest<HTMLElement>("[data-index]");
  const index = Number(cell?.dataset.index);
  const model = cell ? at(index) : undefined;
  return cell && model
    ? { model, index, cell, act: target.closest<HTMLElement>("[data-act]")?.dataset.act }
    : undefined;
}

/** The rows in sight and the one with the focus, which must not vanish under it. */
function rowsToShow(from: number, to: number, focused: number, rows: number): number[] {
  const shown = Array.from({ length: Math.max(0, to - from + 1) }, (_, row) => from + row);
  if (focused < from && focused >= 0) shown.unshift(focused);
  else if (focused > to && focused < rows) shown.push(focused);
  return shown;
}

function useSize(of: RefObject<HTMLElement | null>) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const measure = () => {
      const style = getComputedStyle(element);
      const sides = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
      setSize({ width: Math.max(0, element.clientWidth - (sides || 0)), height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return size;
}

/** First and last row to draw; kept as they are until one of them changes. */
function useRowsInSight(scroller: RefObject<HTMLElement | null>, rowHeight: number, rows: number, height: number) {
  const [sight, setSight] = useState<[number, number]>([0, 0]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN);
      const last = Math.min(rows - 1, Math.ceil((element.scrollTop + height) / rowHeight) + OVERSCAN - 1);
      setSight((now) => (now[0] === first && now[1] === last ? now : [first, last]));
    };
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    return () => element.removeEventListener("scroll", measure);
  }, [scroller, rowHeight, rows, height]);
  return sight;
}

/** A question that was left is found again where it was; a new one begins at the top. */
function useReturn(
  scroller: RefObject<HTMLElement | null>,
  question: string,
  focused: number,
  isReady: boolean,
  setFocused: (index: number) => void,
) {
  const shown = useRef<string>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !isReady || shown.current === question) return;
    const kept = shown.current === undefined ? left.get(question) : undefined;
    shown.current = question;
    element.scrollTop = kept?.top ?? 0;
    setFocused(kept?.focused ?? 0);
  }, [scroller, question, isReady, setFocused]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const keep = () => {
      if (shown.current === question) left.set(question, { top: element.scrollTop, focused });
    };
    keep();
    element.addEventListener("scroll", keep, { passive: true });
    return () => element.removeEventListener("scroll", keep);
  }, [scroller, question, focused]);
}
