import { CircleAlert, CircleCheck, FileUp, RotateCw, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Link } from "wouter";
import { Refused } from "@/api/client";
import { dropUpload, sendAgain, sent, type Upload } from "@/api/uploads";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Progress } from "@/ui/Progress";
import { useTold } from "@/ui/Remedies";
import { useProblem } from "@/ui/State";
import styles from "./Uploads.module.css";

const ICONS = { waiting: FileUp, sending: FileUp, importing: FileUp, done: CircleCheck, failed: CircleAlert };

/** Files that are being sent, and what became of them. */
export function Uploads({ onLeave }: { onLeave: () => void }) {
  const { t } = useWords();
  const uploads = useSyncExternalStore(sent.subscribe, sent.get);
  if (!uploads.length) return null;
  return (
    <ul className={styles.list} aria-label={t("web.add.uploads")}>
      {uploads.map((each) => (
        <Row key={each.id} upload={each} onLeave={onLeave} />
      ))}
    </ul>
  );
}

function Row({ upload, onLeave }: { upload: Upload; onLeave: () => void }) {
  const { t, format } = useWords();
  const Icon = ICONS[upload.state];
  const part = upload.size ? upload.sent / upload.size : 1;
  const bytes = t("web.add.upload-bytes", { done: format.bytes(upload.sent), total: format.bytes(upload.size) });
  const isOnItsWay = upload.state === "sending" || upload.state === "importing";
  return (
    <li className={styles.row} data-state={upload.state}>
      <Icon size={18} aria-hidden />
      <p className={styles.name} title={upload.name}>
        {upload.name}
      </p>
      <p className={styles.told}>
        {upload.state === "sending"
          ? bytes
          : upload.state === "importing"
            ? t("web.add.upload-importing")
            : format.bytes(upload.size)}
      </p>
      <Button look="quiet" small icon={X} iconOnly onClick={() => dropUpload(upload.id)}>
        {t(isOnItsWay ? "web.add.upload-stop" : "web.add.upload-drop", { name: upload.name })}
      </Button>
      {isOnItsWay && (
        <div className={styles.wide}>
          <Progress label={upload.name} value={upload.state === "sending" ? part : undefined} text={bytes} />
        </div>
      )}
      {upload.state === "done" && <Came upload={upload} onLeave={onLeave} />}
      {upload.state === "failed" && <Refusal upload={upload} />}
    </li>
  );
}

function Came({ upload: { id, outcome }, onLeave }: { upload: Upload; onLeave: () => void }) {
  const { t } = useWords();
  if (!outcome) return null;
  return (
    <div className={styles.wide}>
      <span>{t(outcome.isKnown ? "web.add.known" : "web.add.upload-done", { name: outcome.name })}</span>{" "}
      <Link href={`/models/${outcome.id}`} onClick={onLeave}>
        {t("web.add.known-show")}
      </Link>
      {outcome.isKnown && (
        <Button small look="quiet" onClick={() => sendAgain(id, true)}>
          {t("web.add.upload-anyway")}
        </Button>
      )}
    </div>
  );
}

function Refusal({ upload }: { upload: Upload }) {
  const { t } = useWords();
  const { problem } = upload;
  const told = useProblem(problem);
  const explain = useTold();
  const known = problem instanceof Refused ? explain(problem.code, problem.context) : undefined;
  return (
    <div className={styles.wide} role="alert">
      <p className={styles.bad}>{problem instanceof Refused ? problem.message || known?.sentence : told.sentence}</p>
      <p className={styles.hint}>{known?.hint || told.hint}</p>
      <Button small icon={RotateCw} onClick={() => sendAgain(upload.id)}>
        {t("web.app.retry")}
      </Button>
    </div>
  );
}
