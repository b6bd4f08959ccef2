import { FolderPlus } from "lucide-react";
import { useState } from "react";
import { Refused } from "@/api/client";
import { adoptFolder } from "@/api/roots";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Switch, TextField } from "@/ui/Field";
import { useReport } from "@/ui/useReport";
import { Block } from "./Block";
import styles from "./Roots.module.css";
import { useTending } from "./useTending";

/** A folder that is there already comes under care; nothing in it is moved. */
export function AdoptForm() {
  const { t } = useWords();
  const report = useReport();
  const { watch } = useTending();
  const [folder, setFolder] = useState("");
  const [isCentral, setCentral] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  async function adopt() {
    setBusy(true);
    try {
      const { root, task } = await adoptFolder(folder.trim(), isCentral);
      setFolder("");
      toast({ text: t("web.settings.adopted", { name: root.path }) });
      if (task) void watch(task);
    } catch (problem) {
      if (problem instanceof Refused && problem.status > 0)
        setWrong([problem.message, problem.hint].filter(Boolean).join(". "));
      else await report(() => Promise.reject(problem));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Block title={t("web.settings.adopt-title")} lead={t("web.settings.adopt-lead")} anchor="adopt">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (folder.trim()) void adopt();
        }}
      >
        <TextField
          id="adopt-folder"
          label={t("web.settings.adopt-folder")}
          help={t("web.settings.adopt-help")}
          wrong={wrong}
          value={folder}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setFolder(event.target.value);
            setWrong(undefined);
          }}
        />
        <Switch
          label={t("web.settings.adopt-central")}
          help={t("web.settings.adopt-central-help")}
          checked={isCentral}
          onChange={setCentral}
        />
        <div>
          <Button type="submit" look="primary" icon={FolderPlus} busy={isBusy} disabled={!folder.trim()}>
            {t("web.settings.adopt")}
          </Button>
        </div>
      </form>
    </Block>
  );
}
