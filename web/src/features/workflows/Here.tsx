import { CircleCheck } from "lucide-react";
import { Link } from "wouter";
import type { WantedModel } from "@/api/workflows";
import { useWords } from "@/i18n";
import styles from "./Standing.module.css";

/** The model of the library that is meant, and how we know. */
export function Here({ here }: { here: NonNullable<WantedModel["model"]> }) {
  const { t } = useWords();
  return (
    <div className={styles.standing}>
      <CircleCheck size={18} aria-hidden className={styles.ok} />
      <p className={styles.words}>
        <Link href={`/models/${here.id}`}>{here.name}</Link>
        <span>{t(`web.workflows.by-${here.known_by}`, { file: here.file })}</span>
        {here.state === "unreachable" && <span className={styles.warn}>{t("web.workflows.away")}</span>}
        {here.other_content && <span className={styles.warn}>{t("web.workflows.other-content")}</span>}
      </p>
    </div>
  );
}
