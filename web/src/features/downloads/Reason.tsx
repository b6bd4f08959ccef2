import { Check, Copy, Files, RotateCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Download, steer } from "@/api/downloads";
import { useWords } from "@/i18n";
import { openAdd } from "@/lib/adding";
import { announce } from "@/lib/announce";
import { copyText } from "@/lib/copy";
import { Button } from "@/ui/Button";
import { Remedies, useTold } from "@/ui/Remedies";
import { useReport } from "@/ui/useReport";
import styles from "./Row.module.css";

/** Why a download waits or has failed, until when, and what helps. */
export function Reason({ download, children }: { download: Download; children?: ReactNode }) {
  const { t, format } = useWords();
  const explain = useTold();
  const report = useReport();
  const { reason, state } = download;
  if (!reason) return null;
  const { sentence, hint } = explain(reason.code, reason.facts);
  const isOver = state === "failed" || state === "quarantined" || state === "cancelled";
  return (
    <div className={styles.reason} data-tone={isOver ? "bad" : "warn"}>
      <p>
        <span className={styles.sentence}>{sentence}</span>
        {reason.until && <span> {t("web.downloads.until", { until: format.moment(reason.until) })}</span>}
        {hint && !children && <span className={styles.hint}> {hint}</span>}
      </p>
      {children}
      <div className={styles.buttons}>
        {reason.code === "choose-file" && (
          <Button small icon={Files} onClick={() => openAdd({ text: download.link })}>
            {t("web.downloads.choose-file")}
          </Button>
        )}
        {isOver && reason.code !== "choose-file" && (
          <Button small icon={RotateCw} onClick={() => void report(() => steer(download.id, "retry"))}>
            {t("web.app.retry")}
          </Button>
        )}
        <Remedies code={reason.code} facts={reason.facts ?? {}} page={download.page_url} />
        {isOver && <CopyDetails download={download} sentence={sentence} />}
      </div>
    </div>
  );
}

/** Everything that helps to find out why, as text. */
function CopyDetails({ download, sentence }: { download: Download; sentence: string }) {
  const { t } = useWords();
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    const { id, link, state, step, reason, files } = download;
    const text = `${sentence}\n${JSON.stringify({ id, link, state, step, reason, files }, undefined, 2)}`;
    const went = await copyText(text);
    setCopied(went);
    announce(t(went ? "web.app.copied" : "web.app.copy-failed"));
  }
  return (
    <Button
      small
      look="quiet"
      icon={isCopied ? Check : Copy}
      onClick={() => void copy()}
      onBlur={() => setCopied(false)}
    >
      {isCopied ? t("web.app.copied") : t("web.downloads.copy")}
    </Button>
  );
}
