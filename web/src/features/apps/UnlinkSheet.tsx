import { useState } from "react";
import { beginLinking, changeApp, linked } from "@/api/apps";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";
import { useReport } from "@/ui/useReport";
import type { SheetProps } from "./AppSheets";

/** Asks before all our links in an app go: how many, what stays, and that it ends following. */
export default function UnlinkSheet({ app, onClose }: SheetProps) {
  const { t } = useWords();
  const report = useReport();
  const [isBusy, setBusy] = useState(false);
  async function unlink() {
    setBusy(true);
    await report(async () => {
      const { removed, failed } = await linked(await beginLinking(app.id, "unlink"));
      toast({
        text: t("web.apps.unlinked", { count: removed, title: app.title }),
        ...(app.auto && {
          action: {
            label: t("web.apps.follow-again"),
            run: () => void report(() => changeApp(app.id, { auto: true })),
          },
        }),
      });
      if (failed.length) toast({ text: t("web.apps.result-failed", { count: failed.length }), tone: "bad" });
    });
    onClose();
  }
  return (
    <Sheet look="alert" title={t("web.apps.unlink-title", { title: app.title })} onClose={onClose}>
      <div className="stack">
        <ul className="stack">
          {app.links > 0 && <li>{t("web.apps.unlink-links", { count: app.links })}</li>}
          {app.way === "config" && <li>{t("web.apps.unlink-config")}</li>}
          <li>{t("web.apps.unlink-foreign")}</li>
          {app.auto && <li>{t("web.apps.unlink-follow")}</li>}
          <li>{t("web.apps.unlink-back")}</li>
        </ul>
        <div className="row-end">
          <Button autoFocus onClick={onClose}>
            {t("web.app.cancel")}
          </Button>
          <Button look="danger" busy={isBusy} onClick={() => void unlink()}>
            {t("web.apps.unlink")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
