import { useQuery } from "@tanstack/react-query";
import { Copy, ShieldCheck, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { ModelRecord } from "@/api/models";
import { goingQuery, type RecordFile } from "@/api/record";
import { useTasks } from "@/api/tasks";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Progress } from "@/ui/Progress";
import { useBulk } from "@/ui/useBulk";
import { useCopy } from "@/ui/useCopy";
import styles from "./Files.module.css";
import { Section } from "./Section";

const HASHES = ["sha256", "blake3", "autov3", "autov2", "crc32"] as const;
const BAD = new Set(["mismatch", "damaged", "changed", "missing"]);

/** The files of a model: how large, how precise, how far proven, where they lie. */
export function Files({ record }: { record: ModelRecord }) {
  const { t, format } = useWords();
  const bulk = useBulk();
  const copy = useCopy();
  const { data: going } = useQuery(goingQuery(record.id));
  const [isVerifying, setVerifying] = useState(false);
  async function verify() {
    setVerifying(true);
    await bulk.verify([record.id]);
    setVerifying(false);
  }
  const others = (going?.files ?? []).filter((each) => !record.files.some((file) => file.name === each.name));
  return (
    <Section
      title={t("web.model.files")}
      actions={
        <Button
          small
          look="quiet"
          icon={ShieldCheck}
          busy={isVerifying}
          disabled={record.state !== "present"}
          onClick={() => void verify()}
        >
          {t("web.model.verify-now")}
        </Button>
      }
    >
      {isVerifying && <Verifying />}
      <ul className={styles.files}>
        {record.files.map((file) => (
          <FileRow key={file.name} file={file} hasSource={(record.sources ?? []).length > 0} />
        ))}
      </ul>
      {going && (
        <>
          <p className={styles.folder}>
            <code>{going.folder}</code>
            <Button small look="quiet" icon={Copy} iconOnly onClick={() => void copy(going.folder)}>
              {t("web.model.copy-folder")}
            </Button>
          </p>
          {others.length > 0 && (
            <details className={styles.more}>
              <summary>{t("web.model.belongs", { count: others.length })}</summary>
              <ul>
                {others.map((each) => (
                  <li key={each.name}>
                    <bdi>{each.name}</bdi> <span className="tabular">{format.bytes(each.size)}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </Section>
  );
}

function Verifying() {
  const { t, format } = useWords();
  const task = useTasks().data?.find((each) => each.kind === "verify" && each.state === "running");
  const total = task?.total_bytes ?? 0;
  const value = task && total ? task.bytes / total : undefined;
  const text = task && total ? `${format.bytes(task.bytes)} / ${format.bytes(total)}` : t("web.app.loading");
  return (
    <div className={styles.progress}>
      <Progress label={t("web.library.verifying", { count: 1 })} value={value} text={text} />
      <p className="tabular">{text}</p>
    </div>
  );
}

function FileRow({ file, hasSource }: { file: RecordFile; hasSource: boolean }) {
  const { t, maybe, format } = useWords();
  const copy = useCopy();
  const state = file.verified.state ?? "unchecked";
  const isCompared = hasSource || !["recorded", "unchecked"].includes(state);
  const trust = isCompared
    ? (maybe(`trust.${state}`) ?? state)
    : file.sha256
      ? t("web.model.not-compared")
      : t("web.model.not-hashed");
  const tone = state === "verified" ? "ok" : BAD.has(state) ? "bad" : undefined;
  const about = [file.format, file.precision, file.quant, file.role !== "model" && file.role];
  return (
    <li>
      <p className={styles.name}>
        <bdi>{file.name}</bdi>
        <span className="tabular">{format.bytes(file.size)}</span>
      </p>
      <p className={styles.about}>
        <bdi>{about.filter(Boolean).join(" · ")}</bdi>
      </p>
      <p className={styles.trust} data-tone={tone}>
        {tone === "bad" ? <TriangleAlert size={16} aria-hidden /> : <ShieldCheck size={16} aria-hidden />}
        {trust}
        {file.verified.at && <span>({format.ago(file.verified.at)})</span>}
      </p>
      {tone === "bad" && file.verified.expected && file.verified.expected !== file.sha256 && (
        <p className={styles.about}>
          {t("web.model.expected")} <code>{file.verified.expected}</code>
        </p>
      )}
      {file.sha256 && (
        <details className={styles.more}>
          <summary>{t("web.model.hashes")}</summary>
          <dl className={styles.hashes}>
            {HASHES.map((name) => {
              const hash = file[name];
              return (
                hash && (
                  <div key={name}>
                    <dt>{maybe(`web.model.hash-names.${name}`) ?? name}</dt>
                    <dd>
                      <code>{hash}</code>
                      <Button small look="quiet" icon={Copy} iconOnly onClick={() => void copy(hash)}>
                        {t("web.model.copy", { what: maybe(`web.model.hash-names.${name}`) ?? name })}
                      </Button>
                    </dd>
                  </div>
                )
              );
            })}
          </dl>
        </details>
      )}
    </li>
  );
}
