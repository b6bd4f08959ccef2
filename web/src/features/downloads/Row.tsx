import { CirclePause, CirclePlay, EllipsisVertical, GripVertical, X } from "lucide-react";
import { memo, Suspense } from "react";
import { type Download, FINISHED, steer } from "@/api/downloads";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { Button } from "@/ui/Button";
import { classes } from "@/ui/classes";
import { SourceIcon } from "@/ui/Source";
import { useReport } from "@/ui/useReport";
import { Answers } from "./Answers";
import { CAN_PAUSE } from "./groups";
import { Moving } from "./Moving";
import { Reason } from "./Reason";
import { Review } from "./Review";
import styles from "./Row.module.css";
import { Title } from "./Title";
import { useMeta } from "./useMeta";
import type { Mover } from "./useMover";

const Menu = page(() => import("./RowMenu"));

interface RowProps {
  download: Download;
  mover: Mover;
  /** Where a dragged row would be dropped. */
  mark: "above" | "below" | undefined;
}

/** A download that is not finished: what it is, what it does, how far it is, and its buttons. */
export const Row = memo(function Row({ download, mover, mark }: RowProps) {
  const { t } = useWords();
  const { id, state } = download;
  const { name } = useMeta(download);
  const asks = state === "waiting" && download.reason?.code === "duplicate";
  return (
    <li
      className={styles.row}
      data-mark={mark}
      data-id={id}
      onKeyDown={(event) => mover.onKey(event, download)}
      onDragOver={(event) => mover.onOver(event, download)}
      onDrop={mover.onDrop}
    >
      <div className={styles.line}>
        <Handle download={download} mover={mover} />
        <span className={styles.icon} title={download.source}>
          <SourceIcon source={download.source} size={20} />
        </span>
        <Title download={download} className={styles.words} />
        <Moving download={download} label={t("web.downloads.progress", { name })} />
        <Buttons download={download} mover={mover} name={name} />
      </div>
      {download.reason && state !== "review" && (
        <Reason download={download}>{asks && <Answers download={download} />}</Reason>
      )}
      {state === "review" && <Review key={id} download={download} />}
    </li>
  );
});

/** For the mouse; keys and the menu do the same. No button: Firefox drags none. */
function Handle({ download, mover }: { download: Download; mover: Mover }) {
  const { t } = useWords();
  return (
    <span
      aria-hidden
      className={styles.handle}
      draggable
      title={t("web.downloads.drag-tip")}
      onDragStart={(event) => mover.onStart(event, download)}
      onDragEnd={mover.onEnd}
    >
      <GripVertical size={16} />
    </span>
  );
}

function Buttons({ download, mover, name }: { download: Download; mover: Mover; name: string }) {
  const { t } = useWords();
  const report = useReport();
  const { id, state } = download;
  const steerTo = (verb: "pause" | "resume" | "cancel") => () => void report(() => steer(id, verb));
  const isOver = FINISHED.has(state);
  return (
    <div className={styles.actions}>
      {state === "paused" ? (
        <Small icon={CirclePlay} name={t("web.downloads.resume", { name })} run={steerTo("resume")} />
      ) : (
        <Small
          icon={CirclePause}
          name={t("web.downloads.pause", { name })}
          run={steerTo("pause")}
          isOff={!CAN_PAUSE.has(state) || download.reason?.code === "duplicate"}
        />
      )}
      <Small icon={X} name={t("web.downloads.cancel", { name })} run={steerTo("cancel")} isOff={isOver} />
      <Suspense fallback={<Dots label={t("web.downloads.more", { name })} />}>
        <Menu download={download} mover={mover} name={name}>
          <Dots label={t("web.downloads.more", { name })} />
        </Menu>
      </Suspense>
    </div>
  );
}

function Dots({ label, ...rest }: { label: string } & React.ComponentProps<"button">) {
  return (
    <Button look="quiet" small icon={EllipsisVertical} iconOnly {...rest}>
      {label}
    </Button>
  );
}

interface SmallProps {
  icon: typeof X;
  name: string;
  run: () => void;
  isOff?: boolean;
}

/** A button of a row. One that does nothing now keeps its place, so that nothing jumps. */
const Small = ({ icon, name, run, isOff }: SmallProps) => (
  <Button
    look="quiet"
    small
    icon={icon}
    iconOnly
    onClick={run}
    disabled={isOff}
    className={classes(isOff && styles.off)}
  >
    {name}
  </Button>
);
