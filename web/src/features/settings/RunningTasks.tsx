import { X } from "lucide-react";
import { cancelTask, type Task, useTasks } from "@/api/tasks";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Progress } from "@/ui/Progress";
import { useReport } from "@/ui/useReport";
import styles from "./RunningTasks.module.css";

/** Tasks of some kinds that run now, how far they are, and a way to stop them. Nothing while none runs. */
export function RunningTasks({ kinds }: { kinds: readonly string[] }) {
  const { t } = useWords();
  const { data = [] } = useTasks();
  const running = data.filter((each) => each.state === "running" && kinds.includes(each.kind));
  if (running.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={t("web.settings.running")}>
      {running.map((each) => (
        <Row key={each.task} task={each} />
      ))}
    </ul>
  );
}

function Row({ task }: { task: Task }) {
  const { t, maybe, format } = useWords();
  const report = useReport();
  const name = maybe(`tasks.${task.wave ?? task.kind}`) ?? maybe(`tasks.${task.kind}`) ?? task.kind;
  const { done, total, total_bytes: bytes } = task;
  const value = bytes ? task.bytes / bytes : total ? done / total : undefined;
  const text = total
    ? t("web.app.of", { count: done, total: format.number(total) })
    : t("web.settings.so-far", { count: done });
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.count}>{text}</span>
      </div>
      <Button
        look="quiet"
        small
        icon={X}
        className={styles.stop}
        aria-label={t("web.settings.stop-name", { name })}
        onClick={() => void report(() => cancelTask(task.task))}
      >
        {t("web.settings.stop")}
      </Button>
      <div className={styles.bar}>
        <Progress label={name} value={value} text={text} />
      </div>
      {task.item && (
        <p className={styles.item} title={task.item}>
          {task.item}
        </p>
      )}
    </li>
  );
}
