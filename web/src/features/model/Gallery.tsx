import { ChevronLeft, ChevronRight, Maximize2, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { kindIcon } from "@/lib/kindIcons";
import { isCovered, levelName, uncover, uncovered } from "@/lib/nsfw";
import { Button } from "@/ui/Button";
import styles from "./Gallery.module.css";
import { Generation } from "./Generation";
import { type Shot, shotsOf } from "./pictures";
import { Slide } from "./Slide";
import { Thumbs } from "./Thumbs";

const SWIPE = 40;
const keyOf = (id: string, at: number) => `${id}/${at}`;

/** The pictures of a model, one at a time: by keys, buttons, swipes and thumbnails; as large as the screen if wanted. */
export function Gallery({ record }: { record: ModelRecord }) {
  const { t } = useWords();
  const shots = useMemo(() => shotsOf(record.previews ?? []), [record.previews]);
  const [wanted, setAt] = useState(0);
  const [isLarge, setLarge] = useState(false);
  const at = Math.min(wanted, Math.max(0, shots.length - 1));
  const go = useMemo(() => (to: number) => setAt((to + shots.length) % Math.max(1, shots.length)), [shots.length]);
  usePictureKeys(shots.length, at, go);
  const covers = useCovers(record.id, shots);
  const shot = shots[at];
  const Icon = kindIcon(record.kind);
  if (!shot)
    return (
      <div className={styles.gallery}>
        <div className={styles.none}>
          <Icon size={72} strokeWidth={1} aria-hidden />
          <p>{t("web.model.no-pictures")}</p>
        </div>
      </div>
    );
  const isHidden = covers[at] ?? false;
  const stage = (
    <Stage
      record={record}
      shot={shot}
      at={at}
      count={shots.length}
      go={go}
      isHidden={isHidden}
      isLarge={isLarge}
      onLarge={() => setLarge(!isLarge)}
    />
  );
  return (
    <div className={styles.gallery}>
      {!isLarge && stage}
      {isLarge && (
        <Large label={t("web.model.pictures", { name: record.name })} onClose={() => setLarge(false)}>
          {stage}
        </Large>
      )}
      {shots.length > 1 && <Thumbs record={record} shots={shots} covers={covers} at={at} go={go} />}
      {!isHidden && <Generation preview={shot.preview} />}
    </div>
  );
}

/** Which of the pictures are covered; each is shown for itself, or all of the model at once. */
function useCovers(id: string, shots: readonly Shot[]): boolean[] {
  const told = useSyncExternalStore(uncovered.subscribe, () =>
    shots
      .map(({ preview }, at) => isCovered(id, preview.nsfw_level) && isCovered(keyOf(id, at), preview.nsfw_level))
      .join(),
  );
  return useMemo(() => told.split(",").map((each) => each === "true"), [told]);
}

const isChoosing = () => document.activeElement?.closest("input[type=radio], video") !== null;

/** The arrows lead from picture to picture wherever the focus is, but where arrows mean something else. */
function usePictureKeys(count: number, at: number, go: (to: number) => void) {
  const when = useMemo(() => () => count > 1 && !isChoosing(), [count]);
  const actions = useMemo<Action[]>(
    () => [
      {
        id: "model:picture-before",
        name: "web.model.picture-before",
        group: "page",
        shortcut: "ArrowLeft",
        when,
        run: () => go(at - 1),
      },
      {
        id: "model:picture-next",
        name: "web.model.picture-next",
        group: "page",
        shortcut: "ArrowRight",
        when,
        run: () => go(at + 1),
      },
    ],
    [when, at, go],
  );
  useActions(actions);
}

interface StageProps {
  record: ModelRecord;
  shot: Shot;
  at: number;
  count: number;
  go: (to: number) => void;
  isHidden: boolean;
  isLarge: boolean;
  onLarge: () => void;
}

function Stage({ record, shot, at, count, go, isHidden, isLarge, onLarge }: StageProps) {
  const { t, maybe } = useWords();
  const pressed = useRef<{ x: number; y: number }>(undefined);
  const level = shot.preview.nsfw_level ?? 0;
  const rating = maybe(`web.values.nsfw.${levelName(level)}`) ?? String(level);
  function onKeyDown(event: React.KeyboardEvent) {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined || count < 2 || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    event.stopPropagation();
    go(to);
  }
  return (
    <section
      aria-roledescription={t("web.model.carousel")}
      aria-label={t("web.model.pictures", { name: record.name })}
      className={styles.stage}
      data-large={isLarge || undefined}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        pressed.current = event.pointerType === "mouse" ? undefined : { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={(event) => {
        const from = pressed.current;
        pressed.current = undefined;
        if (!from || count < 2) return;
        const [x, y] = [event.clientX - from.x, event.clientY - from.y];
        if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) go(at + (x < 0 ? 1 : -1));
      }}
    >
      <Slide key={at} record={record} shot={shot} at={at} count={count} isHidden={isHidden} />
      {isHidden && (
        <div className={styles.cover}>
          <p>{t("web.library.covered", { level: rating })}</p>
          <Button small onClick={() => uncover(keyOf(record.id, at))}>
            {t("web.library.uncover")}
          </Button>
        </div>
      )}
      {count > 1 && (
        <>
          <button
            type="button"
            className={styles.before}
            title={t("web.model.picture-before")}
            onClick={() => go(at - 1)}
          >
            <ChevronLeft size={22} aria-hidden />
            <span className="visually-hidden">{t("web.model.picture-before")}</span>
          </button>
          <button type="button" className={styles.next} title={t("web.model.picture-next")} onClick={() => go(at + 1)}>
            <ChevronRight size={22} aria-hidden />
            <span className="visually-hidden">{t("web.model.picture-next")}</span>
          </button>
          <p className={styles.place} aria-live="polite" aria-atomic="true">
            {t("web.app.of", { count: at + 1, total: count })}
          </p>
        </>
      )}
      <button
        type="button"
        className={styles.large}
        data-autofocus={isLarge || undefined}
        title={isLarge ? t("web.model.smaller") : t("web.model.larger")}
        onClick={onLarge}
      >
        {isLarge ? <X size={20} aria-hidden /> : <Maximize2 size={18} aria-hidden />}
        <span className="visually-hidden">{isLarge ? t("web.model.smaller") : t("web.model.larger")}</span>
      </button>
    </section>
  );
}

/** The whole screen: the browser keeps the focus inside, Escape leaves, and the focus goes back. */
function Large({ label, onClose, children }: { label: string; onClose: () => void; children: React.ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    shown?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      shown?.close();
      // Its button is a new one: the picture has come back to its place.
      document.querySelector<HTMLElement>(`.${styles.large}`)?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      data-theme={document.documentElement.dataset.theme === "contrast" ? undefined : "dark"}
      aria-label={label}
      className={styles.whole}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {children}
    </dialog>
  );
}
