import { Link } from "wouter";
import type { Download } from "@/api/downloads";
import { classes } from "@/ui/classes";
import styles from "./Title.module.css";
import { useMeta } from "./useMeta";

/** What a download is called, with the way to its model once there is one, and what it is of. */
export function Title({ download, className }: { download: Download; className?: string | undefined }) {
  const { name, meta } = useMeta(download);
  const hasModel = download.state === "done" && download.model_id;
  return (
    <div className={classes(styles.words, className)}>
      <p className={styles.name} title={name}>
        {hasModel ? <Link href={`/models/${download.model_id}`}>{name}</Link> : name}
        {download.version && <span className={styles.version}> {download.version}</span>}
      </p>
      <p className={styles.meta}>{meta}</p>
    </div>
  );
}
