import { useState } from "react";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";

interface DeleteBackupSheetProps {
  when: string;
  onClose: () => void;
  onDelete: () => Promise<void>;
}

/** A backup that is deleted is gone: the one thing here that asks first. */
export default function DeleteBackupSheet({ when, onClose, onDelete }: DeleteBackupSheetProps) {
  const { t } = useWords();
  const [isBusy, setBusy] = useState(false);
  return (
    <Sheet
      look="alert"
      title={t("web.settings.backup-delete-title")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button
            look="danger"
            busy={isBusy}
            onClick={() => {
              setBusy(true);
              void onDelete().finally(onClose);
            }}
          >
            {t("web.settings.backup-delete-go")}
          </Button>
        </>
      }
    >
      <p>{t("web.settings.backup-delete-text", { name: when })}</p>
    </Sheet>
  );
}
