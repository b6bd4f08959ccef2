import { Link } from "wouter";
import { type DownloadState, useUnfinished } from "@/api/downloads";
import { useWords } from "@/i18n";
import { Progress } from "@/ui/Progress";
import styles from "./Standing.module.css";

/** The download that brings a model: what it does, and how far it is. */
export function Coming({ id, state, name }: { id: string; state: DownloadState; name: string }) {
  const { maybe } = useWords();
  const now = useUnfinished().data?.find((each) => each.id === id);
  const said = maybe(`states.${now?.state ?? state}`) ?? state;
  const part = now?.total ? now.bytes / now.total : undefined;
  const isStill = now?.state === "paused" || now?.state === "waiting" || now?.state === "queued";
  return (
    <div className={styles.coming}>
      <Link href="/downloads">{said}</Link>
      <Progress
        label={name}
        value={part ?? (isStill ? 0 : undefined)}
        text={said}
        tone={isStill ? "still" : "accent"}
      />
    </div>
  );
}
