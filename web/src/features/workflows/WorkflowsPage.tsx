import { useSyncExternalStore } from "react";
import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";
import { ChooseFile } from "./ChooseFile";
import { Comparison } from "./Comparison";
import { DropZone } from "./DropZone";
import { workflow } from "./given";
import { useTaking } from "./useTaking";
import styles from "./WorkflowsPage.module.css";

/** What a workflow needs: what is there, what is on its way, what is missing and where it can be had. */
export default function WorkflowsPage() {
  const { t } = useWords();
  const given = useSyncExternalStore(workflow.subscribe, workflow.get);
  const isOver = useTaking();
  return (
    <Page
      title={t("web.workflows.title")}
      lead={
        given ? <bdi className={styles.name}>{given.name || t("web.workflows.pasted")}</bdi> : t("web.workflows.lead")
      }
      actions={given && <ChooseFile>{t("web.workflows.another")}</ChooseFile>}
    >
      {given ? <Comparison key={given.id} given={given} /> : <DropZone isOver={isOver} />}
    </Page>
  );
}
