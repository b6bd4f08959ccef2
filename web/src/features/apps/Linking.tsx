import { type Task, useTasks } from "@/api/tasks";
import { useWords } from "@/i18n";
import { Progress } from "@/ui/Progress";
import styles from "./Linking.module.css";

/** How far the making of links is. */
export function Linking({ task }: { task: Task }) {
  const { t, format } = useWords();
  const now = useTasks().data?.find((each) => each.task === task.task) ?? task;
  const text = now.total ? t("web.apps.so-far", { count: now.done, total: format.number(now.total) }) : "";
  return (
    <div className={styles.linking}>
      <p>
        {t("web.apps.going")} <span className="tabular">{text}</span>
      </p>
      <Progress label={t("web.apps.going")} value={now.total ? now.done / now.total : undefined} text={text} />
    </div>
  );
}
