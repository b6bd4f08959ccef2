import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import type { ModelRecord } from "@/api/models";
import { queries } from "@/api/queries";
import { type HistoryVersion, historyQuery, restoreVersion } from "@/api/record";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";
import { Failure, State } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./HistorySheet.module.css";

/** Earlier versions of a record: what differs in each, and going back to it. */
export default function HistorySheet({ record, onClose }: { record: ModelRecord; onClose: () => void }) {
  const { t } = useWords();
  const report = useReport();
  const [busy, setBusy] = useState<string>();
  const { data, error, refetch } = useQuery(historyQuery(record.id));

  async function restore(version: HistoryVersion) {
    setBusy(version.entry);
    await report(async () => {
      await restoreVersion(record.id, version.entry);
      // What was there until now has become the newest entry of the history.
      const now = await queries.fetchQuery({ ...historyQuery(record.id), staleTime: 0 });
      const before = now.find((each) => each.file === version.file);
      toast({
        text: t("web.model.gone-back"),
        ...(before && {
          action: {
            label: t("web.app.undo"),
            run: () => void report(() => restoreVersion(record.id, before.entry)),
          },
        }),
      });
    });
    setBusy(undefined);
  }

  return (
    <Sheet wide title={t("web.model.history")} onClose={onClose}>
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      {data?.length === 0 && (
        <State icon={History} title={t("web.model.no-history")}>
          <p>{t("web.model.no-history-hint")}</p>
        </State>
      )}
      <ol className={styles.versions}>
        {data?.map((each) => (
          <Version key={each.entry} version={each} isBusy={busy === each.entry} onRestore={() => void restore(each)} />
        ))}
      </ol>
    </Sheet>
  );
}

interface VersionProps {
  version: HistoryVersion;
  isBusy: boolean;
  onRestore: () => void;
}

function Version({ version, isBusy, onRestore }: VersionProps) {
  const { t, maybe, format } = useWords();
  const differs = Object.entries(version.differs);
  const when = format.moment(version.at);
  return (
    <li>
      <header className={styles.head}>
        <h3>
          {when}
          <span>{version.file === "overrides" ? t("web.model.your-words") : t("web.model.fetched-record")}</span>
        </h3>
        <Button
          small
          busy={isBusy}
          disabled={version.problem !== null || differs.length === 0}
          aria-label={t("web.model.go-back-to", { when })}
          onClick={onRestore}
        >
          {t("web.model.go-back")}
        </Button>
      </header>
      {version.problem && <p className={styles.same}>{t("web.model.unreadable-version")}</p>}
      {!version.problem && differs.length === 0 && <p className={styles.same}>{t("web.model.same-as-now")}</p>}
      {differs.length > 0 && (
        <dl className={styles.differs}>
          {differs.map(([name, { then, now }]) => (
            <div key={name}>
              <dt>{maybe(`web.model.fields.${name}`) ?? name.replaceAll("_", " ")}</dt>
              {then === undefined && now === undefined ? (
                <dd>{t("web.model.is-different")}</dd>
              ) : (
                <dd>
                  <del>{shown(then, name) || t("web.model.nothing")}</del>
                  <span aria-hidden>→</span>
                  <ins>{shown(now, name) || t("web.model.nothing")}</ins>
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

const HTML = new Set(["description", "version_description"]);

/** A value of a record as people read it. */
function shown(value: unknown, field = ""): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map((each) => shown(each)).join(", ");
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([name, each]) => `${name}: ${shown(each)}`);
    return parts.join(", ");
  }
  const text = HTML.has(field) ? String(value).replace(/<[^>]*>/g, " ") : String(value);
  return text.replace(/\s+/g, " ").trim();
}
