import { Workflow } from "lucide-react";
import { useWords } from "@/i18n";
import { State } from "@/ui/State";
import { ChooseFile } from "./ChooseFile";
import styles from "./DropZone.module.css";

/** Where a workflow is dropped; the button and pasting do the same. */
export function DropZone({ isOver }: { isOver: boolean }) {
  const { t } = useWords();
  return (
    <div className={styles.zone} data-over={isOver || undefined}>
      <State
        icon={Workflow}
        title={t("web.workflows.drop")}
        actions={<ChooseFile look="primary">{t("web.workflows.choose")}</ChooseFile>}
      >
        <p>{t("web.workflows.drop-hint")}</p>
      </State>
    </div>
  );
}
