import { Eraser } from "lucide-react";
import { useState } from "react";
import type { DownloadState } from "@/api/downloads";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Switch } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import styles from "./DownloadsPage.module.css";

interface ClearSheetProps {
  of: DownloadState[];
  onClear: (states: DownloadState[]) => void;
  onClose: () => void;
}

/** Asks before the history goes: it cannot be had back, and quarantined bytes go with it only when that is wished. */
export default function ClearSheet({ of, onClear, onClose }: ClearSheetProps) {
  const { t, maybe, format } = useWords();
  const isOnly = of.length === 1;
  const [withQuarantined, setWith] = useState(isOnly);
  const states = of.filter((each) => each !== "quarantined" || withQuarantined);
  const names = format.list(states.map((each) => maybe(`states.${each}`) ?? each));
  return (
    <Sheet
      look="alert"
      title={t("web.downloads.clear")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button
            look="danger"
            icon={Eraser}
            onClick={() => {
              onClear(states);
              onClose();
            }}
          >
            {t("web.downloads.clear-do")}
          </Button>
        </>
      }
    >
      <div className={styles.asking}>
        <p>{t("web.downloads.clear-what", { states: names })}</p>
        {!isOnly && of.includes("quarantined") && (
          <Switch
            label={t("web.downloads.clear-quarantined")}
            help={t("web.downloads.clear-quarantined-help")}
            checked={withQuarantined}
            onChange={setWith}
          />
        )}
      </div>
    </Sheet>
  );
}
