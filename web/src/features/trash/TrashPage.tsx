import { useQuery } from "@tanstack/react-query";
import { RotateCcw, Search, SearchX, Trash2, X } from "lucide-react";
import { Suspense, useDeferredValue, useMemo, useState } from "react";
import { type TrashEntry, trashQuery } from "@/api/trash";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { page } from "@/lib/page";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Page } from "@/ui/Page";
import { Failure, State } from "@/ui/State";
import styles from "./TrashPage.module.css";
import { TrashRow } from "./TrashRow";
import { useRestore } from "./useRestore";

const PurgeDialog = page(() => import("./PurgeDialog"));
const MOST = 200;

const sizeOf = (entries: readonly TrashEntry[]) => entries.reduce((sum, each) => sum + each.size, 0);

/** What was deleted: it can come back, or go for good. */
export default function TrashPage() {
  const { t, format } = useWords();
  const { data, error, refetch } = useQuery(trashQuery);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [purging, setPurging] = useState<readonly TrashEntry[]>();
  const [isAll, setAll] = useState(false);
  const restore = useRestore();
  const words = useDeferredValue(typed.trim().toLocaleLowerCase());
  const found = useMemo(
    () => (data ?? []).filter((each) => `${each.name} ${each.place}`.toLocaleLowerCase().includes(words)),
    [data, words],
  );
  const selected = useMemo(() => found.filter((each) => chosen.has(each.entry)), [found, chosen]);
  const isEmpty = data?.length === 0;
  useTrashActions(selected, restore, setPurging);

  function choose(entry: string) {
    const next = new Set(chosen);
    if (!next.delete(entry)) next.add(entry);
    setChosen(next);
  }

  return (
    <Page
      title={t("web.trash.title")}
      lead={
        data && !isEmpty ? t("web.trash.lead", { count: data.length, total: format.bytes(sizeOf(data)) }) : undefined
      }
      actions={
        data &&
        !isEmpty && (
          <Button icon={Trash2} onClick={() => setPurging(data)}>
            {t("web.trash.empty-it")}
          </Button>
        )
      }
    >
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      {isEmpty && (
        <State icon={Trash2} title={t("web.trash.empty")}>
          <p>{t("web.trash.empty-hint")}</p>
        </State>
      )}
      {data && !isEmpty && (
        <div className={styles.trash}>
          <div className={styles.bar}>
            <search className={styles.search}>
              <Search size={18} aria-hidden />
              <TextField
                bare
                type="search"
                label={t("web.trash.search")}
                placeholder={t("web.trash.search")}
                value={typed}
                autoComplete="off"
                onChange={(event) => setTyped(event.target.value)}
              />
            </search>
            <p className={styles.count} role="status">
              {selected.length
                ? t("web.trash.selected", { count: selected.length, size: format.bytes(sizeOf(selected)) })
                : words && t("web.trash.found", { count: found.length })}
            </p>
            <div className={styles.actions}>
              <Button
                small
                look="quiet"
                onClick={() => setChosen(new Set(found.map((each) => each.entry)))}
                disabled={found.length === 0 || selected.length === found.length}
              >
                {t("web.library.select-all")}
              </Button>
              <Button small icon={RotateCcw} disabled={!selected.length} onClick={() => void restore(selected)}>
                {t("web.trash.restore")}
              </Button>
              <Button small icon={Trash2} disabled={!selected.length} onClick={() => setPurging(selected)}>
                {t("web.trash.purge")}
              </Button>
              {selected.length > 0 && (
                <Button small look="quiet" icon={X} iconOnly onClick={() => setChosen(new Set())}>
                  {t("web.library.select-none")}
                </Button>
              )}
            </div>
          </div>
          {found.length === 0 && (
            <State
              icon={SearchX}
              title={t("web.trash.nothing")}
              actions={<Button onClick={() => setTyped("")}>{t("web.library.clear-search")}</Button>}
            />
          )}
          <ul className={styles.list} aria-label={t("web.trash.title")}>
            {found.slice(0, isAll ? undefined : MOST).map((each) => (
              <TrashRow
                key={each.entry}
                entry={each}
                isChosen={chosen.has(each.entry)}
                onChoose={() => choose(each.entry)}
                onRestore={() => void restore([each])}
                onPurge={() => setPurging([each])}
              />
            ))}
          </ul>
          {!isAll && found.length > MOST && (
            <p className={styles.more}>
              <Button onClick={() => setAll(true)}>{t("web.library.more-values", { count: found.length })}</Button>
            </p>
          )}
        </div>
      )}
      <Suspense fallback={null}>
        {purging && <PurgeDialog entries={purging} onClose={() => setPurging(undefined)} />}
      </Suspense>
    </Page>
  );
}

/** The selection's actions, for the palette and the keyboard. */
function useTrashActions(
  selected: readonly TrashEntry[],
  restore: (entries: readonly TrashEntry[]) => Promise<void>,
  purge: (entries: readonly TrashEntry[]) => void,
) {
  useActions(
    useMemo<Action[]>(() => {
      const when = () => selected.length > 0;
      return [
        {
          id: "trash:restore",
          name: "web.trash.restore",
          group: "selection",
          icon: RotateCcw,
          shortcut: "r",
          when,
          run: () => void restore(selected),
        },
        {
          id: "trash:purge",
          name: "web.trash.purge",
          group: "selection",
          icon: Trash2,
          shortcut: "Delete",
          when,
          run: () => purge(selected),
        },
      ];
    }, [selected, restore, purge]),
  );
}
