import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { changeApp, shelfQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";
import { AppOptions } from "./AppOptions";
import type { SheetProps } from "./AppSheets";
import { type Choice, wishOf } from "./choice";

/** How an app is treated from now on; its links are changed by the next plan that is applied. */
export default function AppSettingsSheet({ app, onClose }: SheetProps) {
  const { t } = useWords();
  const { data: shelf } = useQuery(shelfQuery);
  const [choice, setChoice] = useState<Choice>({
    title: app.title,
    version: app.version ?? "",
    way: app.way,
    method: app.method,
    auto: app.auto,
  });
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const wrong = useProblem(problem);
  const mappings = shelf?.apps.filter((each) => each.app === app.app) ?? [];
  const mapping = mappings.find((each) => each.config === app.config) ?? mappings[0];
  async function save() {
    setBusy(true);
    try {
      const { title, version, ...rest } = wishOf(choice);
      await changeApp(app.id, {
        ...rest,
        title: title ?? mapping?.title ?? app.title,
        ...(version && version !== app.version && { version }),
      });
      toast({ text: t("web.apps.saved") });
      onClose();
    } catch (refused) {
      setProblem(refused);
      setBusy(false);
    }
  }
  return (
    <Sheet
      title={t("web.apps.settings-of", { title: app.title })}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" form="app-settings" look="primary" busy={isBusy}>
            {t("web.apps.save")}
          </Button>
        </>
      }
    >
      <form
        id="app-settings"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void save();
        }}
      >
        <AppOptions
          choice={choice}
          change={(part) => {
            setChoice({ ...choice, ...part });
            setProblem(undefined);
          }}
          title={mapping?.title ?? app.title}
          methods={mapping?.methods ?? []}
          byConfig={mapping?.by_config ?? app.way === "config"}
          versionHelp={t("web.apps.version-set-help")}
        />
        {problem !== undefined && (
          <p role="alert">
            {wrong.sentence}. {wrong.hint}
          </p>
        )}
      </form>
    </Sheet>
  );
}
