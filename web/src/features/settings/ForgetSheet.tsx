import { useState } from "react";
import type { Root } from "@/api/roots";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";

interface ForgetSheetProps {
  root: Root;
  onClose: () => void;
  onForget: () => Promise<void>;
}

/** Says what stays before a folder is no longer looked after. */
export default function ForgetSheet({ root, onClose, onForget }: ForgetSheetProps) {
  const { t } = useWords();
  const [isBusy, setBusy] = useState(false);
  return (
    <Sheet
      look="alert"
      title={t("web.settings.leave-title")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button
            look="primary"
            busy={isBusy}
            onClick={() => {
              setBusy(true);
              void onForget();
            }}
          >
            {t("web.settings.leave")}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          <code>{root.path}</code>
        </p>
        <p>{t("web.settings.leave-text", { count: root.models })}</p>
        <p>{t(root.sidecars === "central" ? "web.settings.leave-central" : "web.settings.leave-beside")}</p>
      </div>
    </Sheet>
  );
}
