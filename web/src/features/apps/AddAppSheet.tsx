import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { addApp, foundAppQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { useSettled } from "@/lib/useSettled";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useReport } from "@/ui/useReport";
import { AppOptions } from "./AppOptions";
import { FRESH, wishOf } from "./choice";
import { FoundHere } from "./FoundHere";
import { KnownApps } from "./KnownApps";

const PATIENCE = 400;

/** Adds an app by its folder: what lies there is said before anything is added, and nothing is linked yet. */
export default function AddAppSheet({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [, go] = useLocation();
  const report = useReport();
  const [folder, setFolder] = useState("");
  const [choice, setChoice] = useState(FRESH);
  const [isBusy, setBusy] = useState(false);
  const typed = folder.trim();
  const settled = useSettled(typed, PATIENCE);
  const isSettled = settled === typed;
  const looked = useQuery({ ...foundAppQuery(settled), enabled: settled !== "" });
  const found = isSettled && !looked.error ? looked.data : undefined;
  const canAdd = found && found.support === "links" && !found.added;
  async function add() {
    setBusy(true);
    await report(async () => {
      const app = await addApp({ path: typed, ...wishOf(choice) });
      toast({ text: t("web.apps.added", { title: app.title }) });
      onClose();
      go(`/apps/${app.id}`);
    });
    setBusy(false);
  }
  return (
    <Sheet
      title={t("web.apps.add")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" form="add-app" look="primary" busy={isBusy} disabled={!canAdd}>
            {t("web.apps.add")}
          </Button>
        </>
      }
    >
      <form
        id="add-app"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (canAdd && !isBusy) void add();
        }}
      >
        <TextField
          label={t("web.apps.folder")}
          help={t("web.apps.folder-help")}
          value={folder}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          onChange={(event) => setFolder(event.target.value)}
        />
        <div role="status" aria-busy={typed !== "" && (!isSettled || looked.isFetching)}>
          {typed !== "" && isSettled && (looked.data || looked.error) && (
            <FoundHere found={found} problem={looked.error} onGo={onClose} onTake={setFolder} />
          )}
        </div>
        {canAdd && (
          <AppOptions
            choice={choice}
            change={(part) => setChoice({ ...choice, ...part })}
            title={found.title}
            methods={found.methods}
            byConfig={found.by_config}
            versionHelp={found.version ? undefined : t("web.apps.version-help")}
          />
        )}
        {!canAdd && <KnownApps />}
      </form>
    </Sheet>
  );
}
