import { CirclePause, CirclePlay, Download as DownloadIcon, ListRestart } from "lucide-react";
import { useMemo, useRef } from "react";
import { pauseAll, resumeAll, useUnfinished } from "@/api/downloads";
import { queries } from "@/api/queries";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { Button } from "@/ui/Button";
import { Page } from "@/ui/Page";
import { Failure } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./DownloadsPage.module.css";
import { differences, GROUPS, groupOf, layoutOf } from "./groups";
import { History } from "./History";
import { NotifyButton } from "./NotifyButton";
import { PasteBox } from "./PasteBox";
import { Row } from "./Row";
import { Totals } from "./Totals";
import { useKnown } from "./useKnown";
import { useMover } from "./useMover";
import { useStill } from "./useStill";

/** The queue and its history. */
export default function DownloadsPage() {
  const { t } = useWords();
  const { data, error, isPending, refetch } = useUnfinished();
  const all = useEverything(data ?? []);
  return (
    <Page
      title={t("web.downloads.title")}
      lead={<Totals downloads={data ?? []} />}
      actions={
        <>
          <NotifyButton />
          <Button icon={CirclePause} disabled={!all.canPause} onClick={all.pause}>
            {t("web.downloads.pause-all")}
          </Button>
          <Button icon={CirclePlay} disabled={!all.canResume} onClick={all.resume}>
            {t("web.downloads.resume-all")}
          </Button>
        </>
      }
    >
      <PasteBox />
      {error && !data ? (
        <Failure problem={error} retry={() => void refetch()} />
      ) : (
        <Queue downloads={data ?? []} isPending={isPending} />
      )}
      <History />
    </Page>
  );
}

type Downloads = NonNullable<ReturnType<typeof useUnfinished>["data"]>;

/** Pausing and resuming everything, as buttons and as commands. */
function useEverything(downloads: Downloads) {
  const report = useReport();
  const canPause = downloads.some((each) => groupOf(each) === "running" || groupOf(each) === "waiting");
  const canResume = downloads.some((each) => each.state === "paused");
  const can = useRef({ canPause, canResume });
  can.current = { canPause, canResume };
  const runs = useMemo(() => {
    const after = (work: () => Promise<unknown>) => () =>
      void report(async () => {
        await work();
        await queries.invalidateQueries({ queryKey: ["downloads", "unfinished"] });
      });
    return { pause: after(pauseAll), resume: after(resumeAll) };
  }, [report]);
  useActions(
    useMemo<Action[]>(
      () => [
        {
          id: "downloads:pause",
          name: "web.downloads.pause-all",
          group: "page",
          icon: CirclePause,
          when: () => can.current.canPause,
          run: runs.pause,
        },
        {
          id: "downloads:resume",
          name: "web.downloads.resume-all",
          group: "page",
          icon: CirclePlay,
          when: () => can.current.canResume,
          run: runs.resume,
        },
      ],
      [runs],
    ),
  );
  return { ...runs, canPause, canResume };
}

/** What is not finished, group by group; the order stands still while somebody points at it or is inside. */
function Queue({ downloads, isPending }: { downloads: Downloads; isPending: boolean }) {
  const { t, format } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const live = useMemo(() => layoutOf(downloads), [downloads]);
  const { layout, refresh, arrange } = useStill(live, place);
  const queue = useMemo(() => downloads.map((each) => each.id), [downloads]);
  const { mover, mark } = useMover({ layout, queue, arrange });
  const known = useKnown(downloads);
  const changes = differences(layout, live);
  const isEmpty = GROUPS.every((group) => !layout[group].length);
  return (
    <div ref={place} className={styles.queue}>
      {isEmpty && !isPending && (
        <div className={styles.empty}>
          <DownloadIcon size={28} strokeWidth={1.5} aria-hidden />
          <div>
            <h2>{t("web.downloads.empty")}</h2>
            <p>{t("web.downloads.empty-hint")}</p>
          </div>
        </div>
      )}
      {GROUPS.filter((group) => layout[group].length).map((group) => (
        <section key={group} aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`} className={styles.title}>
            {t(`web.downloads.group.${group}`)}{" "}
            <span className={styles.count}>{format.number(layout[group].length)}</span>
          </h2>
          <ul className={styles.rows}>
            {layout[group].map((id) => {
              const download = known(id);
              return (
                download && (
                  <Row key={id} download={download} mover={mover} mark={mark?.id === id ? mark.side : undefined} />
                )
              );
            })}
          </ul>
        </section>
      ))}
      {changes > 0 && (
        <p className={styles.changes}>
          <Button small look="quiet" icon={ListRestart} onClick={refresh}>
            {t("web.downloads.changes", { count: changes })}
          </Button>
        </p>
      )}
    </div>
  );
}
