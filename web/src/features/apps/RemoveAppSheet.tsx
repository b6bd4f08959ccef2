import { useState } from "react";
import { useLocation } from "wouter";
import { beginLinking, forgetApp, linked } from "@/api/apps";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Radios } from "@/ui/Radios";
import Sheet from "@/ui/Sheet";
import { useReport } from "@/ui/useReport";
import type { SheetProps } from "./AppSheets";

/** Takes an app off the list, with the links in it or without. */
export default function RemoveAppSheet({ app, onClose }: SheetProps) {
  const { t } = useWords();
  const [path, go] = useLocation();
  const report = useReport();
  const hasLinks = app.there && (app.links > 0 || app.way === "config");
  const [choice, setChoice] = useState(hasLinks ? "with" : "leave");
  const [isBusy, setBusy] = useState(false);
  async function remove() {
    setBusy(true);
    await report(async () => {
      if (choice === "with") {
        const { failed } = await linked(await beginLinking(app.id, "unlink"));
        if (failed.length) {
          toast({ text: t("web.apps.not-removed", { count: failed.length, title: app.title }), tone: "bad" });
          return;
        }
      }
      if (path !== "/apps") go("/apps");
      await forgetApp(app.id);
      toast({ text: t("web.apps.removed", { title: app.title }) });
    });
    onClose();
  }
  return (
    <Sheet look="alert" title={t("web.apps.remove-title", { title: app.title })} onClose={onClose}>
      <div className="stack">
        <p>{t("web.apps.remove-lead")}</p>
        {hasLinks && (
          <Radios
            label={t("web.apps.remove-choice")}
            choices={[
              {
                value: "with",
                words: app.links > 0 ? t("web.apps.remove-with", { count: app.links }) : t("web.apps.unlink"),
              },
              { value: "leave", words: t("web.apps.remove-leave") },
            ]}
            help={choice === "leave" ? t("web.apps.remove-leave-help") : t("web.apps.unlink-foreign")}
            value={choice}
            onChange={setChoice}
          />
        )}
        <div className="row-end">
          <Button autoFocus onClick={onClose}>
            {t("web.app.cancel")}
          </Button>
          <Button look="danger" busy={isBusy} onClick={() => void remove()}>
            {t("web.apps.remove")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
