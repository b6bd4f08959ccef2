import { CircleStop, Download } from "lucide-react";
import { Link } from "wouter";
import { type Download as DownloadView, useUnfinished } from "@/api/downloads";
import { useProgress, useTotals } from "@/api/progress";
import { cancelTask, type Task, useTasks } from "@/api/tasks";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Progress } from "@/ui/Progress";
import { useReport } from "@/ui/useReport";
import styles from "./Running.module.css";
import { Tile } from "./Tile";

const MOST = 5;

/** Downloads and tasks that are at work. */
export function Running() {
  const { t, format } = useWords();
  const { data: downloads = [] } = useUnfinished();
  const { data: tasks = [] } = useTasks();
  const totals = useTotals();
  const running = tasks.filter((each) => each.state === "running");
  return (
    <Tile title={t("web.dashboard.running")} more={{ href: "/downloads", label: t("web.dashboard.all-downloads") }}>
      {downloads.length + running.length === 0 && <p className={styles.none}>{t("web.dashboard.nothing-running")}</p>}
      {totals.speed > 0 && (
        <p className={styles.speed}>
          {t("web.dashboard.speed", { speed: format.speed(totals.speed), left: format.bytes(totals.left) })}
        </p>
      )}
      <ul className={styles.list}>
        {running.map((each) => (
          <TaskRow key={each.task} task={each} />
        ))}
        {downloads.slice(0, MOST).map((each) => (
          <DownloadRow key={each.id} download={each} />
        ))}
      </ul>
    </Tile>
  );
}

function DownloadRow({ download }: { download: DownloadView }) {
  const { maybe } = useWords();
  const progress = useProgress(download.id);
  const total = progress?.total ?? download.total;
  const bytes = progress?.bytes ?? download.bytes;
  const name = download.name ?? download.link;
  const isMoving = download.state === "fetching";
  return (
    <li className={styles.row}>
      <Download size={18} aria-hidden />
      <Link href="/downloads" className={styles.name}>
        <bdi>{name}</bdi>
      </Link>
      <span className={styles.state}>{maybe(`states.${download.state}`)}</span>
      <div className={styles.bar}>
        <Progress
          label={name}
          value={total ? bytes / total : isMoving ? undefined : 0}
          tone={isMoving ? "accent" : "still"}
        />
      </div>
    </li>
  );
}

function TaskRow({ task }: { task: Task }) {
  const { t, maybe } = useWords();
  const report = useReport();
  const name = maybe(`web.dashboard.task.${task.kind}`) ?? task.kind;
  return (
    <li className={styles.row}>
      <span className={styles.name}>{name}</span>
      <span className={styles.state}>
        {task.total ? t("web.dashboard.task-done", { done: task.done, total: task.total }) : ""}
      </span>
      <Button look="quiet" small icon={CircleStop} iconOnly onClick={() => void report(() => cancelTask(task.task))}>
        {t("web.dashboard.stop")}
      </Button>
      <div className={styles.bar}>
        <Progress label={name} value={task.total ? task.done / task.total : undefined} />
      </div>
    </li>
  );
}
