import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Download, Workflow } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Refused } from "@/api/client";
import { useUnfinished } from "@/api/downloads";
import { comparedQuery, type Given, type Offer } from "@/api/workflows";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Failure, State } from "@/ui/State";
import styles from "./Comparison.module.css";
import { type Chosen, joined, meant, type Row, weightOf } from "./choices";
import { Group } from "./Group";
import { Troubles } from "./Troubles";
import { useGetting } from "./useGetting";

/** The models of one workflow, the missing ones first. */
export function Comparison({ given }: { given: Given }) {
  const { t } = useWords();
  const now = useQuery(comparedQuery(given, false));
  const isLacking = (now.data?.counts.missing ?? 0) > 0;
  const found = useQuery({
    ...comparedQuery(given, true),
    enabled: (query) => isLacking && query.state.status !== "error",
  });
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const rows = useMemo(() => joined(now.data, found.data), [now.data, found.data]);
  const { get, isGetting } = useGetting();
  useFollowing(now.data && now.refetch);

  if (now.error && !now.data) return <Unread problem={now.error} retry={() => void now.refetch()} />;
  if (!now.data) return <Waiting />;
  if (!rows.length)
    return (
      <State icon={Workflow} title={t("web.workflows.none")}>
        <p>{t("web.workflows.none-hint")}</p>
      </State>
    );
  const of = (state: string) => rows.filter((each) => each.model.state === state);
  const [missing, queued, present] = [of("missing"), of("queued"), of("present")];
  const offers = unique(missing, chosen);
  const group = { chosen, isSearching: found.isFetching, isGetting };
  return (
    <div className={styles.all}>
      <Summary missing={missing.length} queued={queued.length} all={rows.length} isSearching={found.isFetching}>
        {offers.length > 0 && (
          <GetAll offers={offers} busy={isGetting || found.isFetching} onGet={() => void get(offers)} />
        )}
      </Summary>
      {found.error && <Failure problem={found.error} retry={() => void found.refetch()} />}
      {found.data && !found.isFetching && (
        <Troubles troubles={found.data.troubles} retry={() => void found.refetch()} />
      )}
      <Group
        {...group}
        title={t("web.workflows.missing", { count: missing.length })}
        rows={missing}
        onChoose={(place, offer) => setChosen(new Map(chosen).set(place, offer))}
        onGet={(offer) => void get([offer])}
      />
      <Group {...group} title={t("web.workflows.queued", { count: queued.length })} rows={queued} />
      <Group {...group} title={t("web.workflows.present", { count: present.length })} rows={present} />
    </div>
  );
}

/** Each offer once, though two names may mean it. */
function unique(rows: readonly Row[], chosen: Chosen): Offer[] {
  const offers = rows.map((each) => meant(each, chosen)).filter((each) => each !== undefined);
  return [...new Map(offers.map((each) => [`${each.link} ${each.file ?? ""}`, each])).values()];
}

interface SummaryProps {
  missing: number;
  queued: number;
  all: number;
  isSearching: boolean;
  children: React.ReactNode;
}

function Summary({ missing, queued, all, isSearching, children }: SummaryProps) {
  const { t } = useWords();
  const isWhole = !missing && !queued;
  return (
    <div className={styles.summary} data-whole={isWhole || undefined}>
      {isWhole && <CircleCheck size={24} aria-hidden />}
      <p className={styles.told} role="status">
        <strong>
          {isWhole
            ? t("web.workflows.whole", { count: all })
            : missing
              ? t("web.workflows.lacks", { count: missing, all })
              : t("web.workflows.coming", { count: queued })}
        </strong>
        {isSearching && <span>{t("web.workflows.searching")}</span>}
      </p>
      {children}
    </div>
  );
}

function GetAll({ offers, busy, onGet }: { offers: readonly Offer[]; busy: boolean; onGet: () => void }) {
  const { t, format } = useWords();
  const size = weightOf(offers);
  const count = offers.length;
  return (
    <Button look="primary" icon={Download} busy={busy} onClick={onGet}>
      {size === undefined
        ? t("web.workflows.get-all", { count })
        : t("web.workflows.get-all-size", { count, size: format.bytes(size) })}
    </Button>
  );
}

/** What is no workflow stays none: only what may pass is worth another try. */
function Unread({ problem, retry }: { problem: Error; retry: () => void }) {
  const isFinal = problem instanceof Refused && problem.status >= 400 && problem.status < 500;
  return isFinal ? <Failure problem={problem} /> : <Failure problem={problem} retry={retry} />;
}

function Waiting() {
  const { t } = useWords();
  return (
    <div className={styles.all} role="status">
      <span className="visually-hidden">{t("web.workflows.reading")}</span>
      {[1, 2, 3, 4].map((each) => (
        <span key={each} className={styles.bone} />
      ))}
    </div>
  );
}

/** Looks again whenever a download begins or ends: it may be one of ours. */
function useFollowing(look: (() => unknown) | undefined): void {
  const { data } = useUnfinished();
  const ids = data?.map((each) => each.id).join();
  const before = useRef(ids);
  useEffect(() => {
    if (before.current !== undefined && before.current !== ids) look?.();
    before.current = ids;
  }, [ids, look]);
}
