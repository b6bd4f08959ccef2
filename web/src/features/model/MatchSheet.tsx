import { Ban, Check, ExternalLink, RefreshCw, Search, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import type { ModelRecord } from "@/api/models";
import {
  forgetRecord,
  lookAtLink,
  lookUpModel,
  type Matching,
  matchLink,
  neverMatch,
  refreshModel,
} from "@/api/record";
import { ended } from "@/api/tasks";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./MatchSheet.module.css";

/** Whose a model is: where it was found, that it is not this, looking again, and saying it by a link. */
export default function MatchSheet({ record, onClose }: { record: ModelRecord; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Sheet title={t("web.model.match")} onClose={onClose}>
      <div className="stack">
        <Known record={record} />
        <Ask record={record} />
        <ByLink record={record} onDone={onClose} />
      </div>
    </Sheet>
  );
}

/** Where it is known from, and what was said never to be it. */
function Known({ record }: { record: ModelRecord }) {
  const { t, maybe, format } = useWords();
  const labels = useLabels();
  const report = useReport();
  const sources = record.sources ?? [];
  const never = record.never_match ?? [];
  const notThis = (source: string, model: string | null | undefined, url: string | null | undefined) =>
    report(async () => {
      await neverMatch(record.id, model ? `${source}:${model}` : source);
      toast({
        text: t("web.model.not-this-done"),
        ...(url && {
          action: { label: t("web.app.undo"), run: () => void report(() => matchLink(record.id, url, true)) },
        }),
      });
    });
  return (
    <section className={styles.part}>
      <h3>{t("web.model.known-from")}</h3>
      {sources.length === 0 && <p className={styles.none}>{t("web.model.no-source")}</p>}
      <ul className={styles.sources}>
        {sources.map((each) => (
          <li key={`${each.source}:${each.model_id}:${each.version_id}`}>
            <div className={styles.words}>
              {each.url ? (
                <a href={each.url} target="_blank" rel="noopener noreferrer">
                  {labels.value("source", each.source)} <ExternalLink size={14} aria-hidden />
                </a>
              ) : (
                <strong>{labels.value("source", each.source)}</strong>
              )}
              <span>
                {[
                  maybe(`source-states.${each.state ?? "present"}`),
                  each.fetched_at && t("web.model.asked", { when: format.ago(each.fetched_at) }),
                  each.matched_by &&
                    t("web.model.found-by", { how: maybe(`web.model.matched.${each.matched_by}`) ?? each.matched_by }),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </div>
            <Button small icon={Ban} onClick={() => void notThis(each.source, each.model_id, each.url)}>
              {t("web.model.not-this")}
            </Button>
          </li>
        ))}
        {never.map((each) => (
          <li key={each}>
            <div className={styles.words}>
              <span>{t("web.model.never", { what: each })}</span>
            </div>
            <Button small icon={X} onClick={() => void report(() => neverMatch(record.id, each, true))}>
              {t("web.model.allow-again")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Asks the sources: those that know it what is new, the others whether they know its hash. */
function Ask({ record }: { record: ModelRecord }) {
  const { t, maybe, format } = useWords();
  const labels = useLabels();
  const report = useReport();
  const [busy, setBusy] = useState<"refresh" | "lookup">();
  async function refresh() {
    setBusy("refresh");
    await report(async () => {
      const states = await refreshModel(record.id);
      const told = Object.entries(states).map(
        ([source, state]) => `${labels.value("source", source)}: ${maybe(`source-states.${state}`) ?? state}`,
      );
      toast({ text: t("web.model.refreshed"), detail: format.list(told) });
    });
    setBusy(undefined);
  }
  async function lookUp() {
    setBusy("lookup");
    await report(async () => {
      const { found } = await ended(await lookUpModel(record.id));
      await forgetRecord(record.id);
      toast(
        Number(found) > 0
          ? { text: t("web.model.found") }
          : { text: t("web.model.not-found-there"), detail: t("web.model.not-found-hint"), tone: "info" },
      );
    });
    setBusy(undefined);
  }
  return (
    <div className={styles.ask}>
      {(record.sources ?? []).length > 0 && (
        <Button icon={RefreshCw} busy={busy === "refresh"} onClick={() => void refresh()}>
          {t("web.model.refresh")}
        </Button>
      )}
      <Button
        icon={Search}
        busy={busy === "lookup"}
        disabled={!record.files.some((file) => file.sha256)}
        onClick={() => void lookUp()}
      >
        {t("web.model.look-up")}
      </Button>
    </div>
  );
}

/** Says what it is by a link: first what the link leads to is shown, then it is taken over. */
function ByLink({ record, onDone }: { record: ModelRecord; onDone: () => void }) {
  const { t } = useWords();
  const [url, setUrl] = useState("");
  const [found, setFound] = useState<Matching>();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const wrong = useProblem(problem);
  async function run(work: () => Promise<void>) {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (told) {
      setProblem(told);
    }
    setBusy(false);
  }
  const look = () => run(async () => setFound(await lookAtLink(record.id, url.trim())));
  const take = () =>
    run(async () => {
      await matchLink(record.id, url.trim(), Boolean(found?.contradicts));
      toast({ text: t("web.model.matched-done", { name: found?.listing.name ?? url }) });
      onDone();
    });
  return (
    <form
      className={styles.part}
      onSubmit={(event) => {
        event.preventDefault();
        if (url.trim()) void (found ? take() : look());
      }}
    >
      <h3>{t("web.model.by-link")}</h3>
      <TextField
        bare
        label={t("web.model.by-link")}
        help={t("web.model.by-link-help")}
        wrong={problem ? `${wrong.sentence}. ${wrong.hint}` : undefined}
        value={url}
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setUrl(event.target.value);
          setFound(undefined);
        }}
      />
      {found && <Found found={found} ours={record} />}
      <div className="row-end">
        <Button type="submit" look={found?.contradicts ? "danger" : "primary"} busy={isBusy} disabled={!url.trim()}>
          {!found ? t("web.model.look") : found.contradicts ? t("web.model.match-anyway") : t("web.model.match-it")}
        </Button>
      </div>
    </form>
  );
}

/** What a link leads to, beside what is here: what speaks for it, what against it. */
function Found({ found, ours }: { found: Matching; ours: ModelRecord }) {
  const { t, format } = useWords();
  const labels = useLabels();
  const { listing, file, contradicts } = found;
  const main = ours.files.reduce<ModelRecord["files"][number] | undefined>(
    (largest, each) => (!largest || each.size > largest.size ? each : largest),
    undefined,
  );
  const about = [
    listing.version,
    listing.kind && labels.kind(listing.kind),
    listing.base_model,
    listing.creator && t("web.library.by", { name: listing.creator }),
  ];
  return (
    <div className={styles.found} role="status">
      <p>
        <strong>{listing.name}</strong>
      </p>
      <p className={styles.about}>{about.filter(Boolean).join(" · ")}</p>
      {file && !contradicts && (
        <p className={styles.fits} data-tone="ok">
          <Check size={16} aria-hidden />
          {file.fits.hash
            ? t("web.model.fits-by-hash", { file: file.name })
            : t("web.model.fits-maybe", { file: file.name })}
        </p>
      )}
      {!file && <p className={styles.about}>{t("web.model.fits-none")}</p>}
      {found.forbidden && <p className={styles.about}>{t("web.model.was-forbidden")}</p>}
      {contradicts && file && (
        <>
          <p className={styles.fits} data-tone="bad">
            <TriangleAlert size={16} aria-hidden />
            {contradicts === "size" ? t("web.model.differs-by-size") : t("web.model.differs-by-hash")}
          </p>
          <dl className={styles.hashes}>
            <dt>{t("web.model.here")}</dt>
            <dd>
              {main && <span className="tabular">{format.bytes(main.size)}</span>}
              {main?.sha256 && <code>{main.sha256}</code>}
            </dd>
            <dt>{t("web.model.there")}</dt>
            <dd>
              {file.size !== null && <span className="tabular">{format.bytes(file.size)}</span>}
              {file.sha256 && <code>{file.sha256}</code>}
            </dd>
          </dl>
        </>
      )}
    </div>
  );
}
