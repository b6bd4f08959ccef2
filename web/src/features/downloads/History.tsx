import { Eraser, History as HistoryIcon, SearchX } from "lucide-react";
import { Suspense, useDeferredValue, useEffect, useRef, useState } from "react";
import { clearDownloads, type DownloadState, FINISHED, useFinished } from "@/api/downloads";
import { queries } from "@/api/queries";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { useUrlState } from "@/lib/useUrlState";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { Failure, State } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./DownloadsPage.module.css";
import { HistoryRow } from "./HistoryRow";
import { useRemoved } from "./removed";

const Clear = page(() => import("./ClearSheet"));

const STATES: DownloadState[] = ["done", "failed", "quarantined", "cancelled"];

/** What is finished, the newest first: found by words and state, taken out one by one or all at once. */
export function History() {
  const { t, maybe } = useWords();
  const report = useReport();
  const [params, change] = useUrlState();
  const [isClearing, setClearing] = useState(false);
  const text = params.get("q") ?? "";
  const of = STATES.find((each) => each === params.get("state"));
  const found = useFinished(of, useDeferredValue(text));
  const removed = useRemoved();
  const rows = (found.data?.pages.flatMap((each) => each.items) ?? []).filter((each) => !removed.has(each.id));
  const isFiltered = Boolean(text || of);
  const states = STATES.map((each) => [each, maybe(`states.${each}`) ?? each] as const);
  if (!rows.length && !isFiltered && !found.isPending && !found.error) return null;
  const clear = (chosen: DownloadState[]) =>
    void report(async () => {
      await clearDownloads(chosen);
      await queries.invalidateQueries({ queryKey: ["downloads", "finished"] });
    });
  return (
    <section aria-labelledby="history" className={styles.history}>
      <div className={styles.tools}>
        <h2 id="history" className={styles.title}>
          {t("web.downloads.history")}
        </h2>
        <TextField
          bare
          type="search"
          label={t("web.downloads.find")}
          placeholder={t("web.downloads.find")}
          value={text}
          onChange={(event) => change({ q: event.target.value })}
        />
        <SelectField
          bare
          label={t("web.downloads.filter")}
          options={[["", t("web.downloads.filter-all")], ...states]}
          value={of ?? ""}
          onChange={(event) => change({ state: event.target.value })}
        />
        <Button icon={Eraser} disabled={!rows.length} onClick={() => setClearing(true)}>
          {t("web.downloads.clear")}
        </Button>
      </div>
      {found.error && !found.data && <Failure problem={found.error} retry={() => void found.refetch()} />}
      {rows.length > 0 && (
        <ul className={styles.rows}>
          {rows.map((each) => (
            <HistoryRow key={each.id} download={each} />
          ))}
        </ul>
      )}
      {!rows.length && isFiltered && !found.isPending && (
        <State
          icon={SearchX}
          title={t("web.downloads.nothing")}
          actions={<Button onClick={() => change({ q: "", state: "" })}>{t("web.downloads.all")}</Button>}
        />
      )}
      {found.hasNextPage && <More isBusy={found.isFetchingNextPage} more={() => void found.fetchNextPage()} />}
      <Suspense fallback={null}>
        {isClearing && <Clear of={of ? [of] : [...FINISHED]} onClear={clear} onClose={() => setClearing(false)} />}
      </Suspense>
    </section>
  );
}

/** Fetches what follows as soon as its button comes near. */
function More({ isBusy, more }: { isBusy: boolean; more: () => void }) {
  const { t } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const ask = useRef(more);
  ask.current = more;
  useEffect(() => {
    const element = place.current;
    if (!element || isBusy) return;
    const watcher = new IntersectionObserver(([seen]) => seen?.isIntersecting && ask.current(), {
      rootMargin: "600px",
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [isBusy]);
  return (
    <div ref={place} className={styles.more}>
      <Button look="quiet" icon={HistoryIcon} busy={isBusy} onClick={more}>
        {t("web.downloads.older")}
      </Button>
    </div>
  );
}
