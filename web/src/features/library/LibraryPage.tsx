import { useQueryClient } from "@tanstack/react-query";
import { FolderSearch, Images, Link2, SearchX } from "lucide-react";
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { askedOf, FACETS, idsOf, leftOut, type ModelSummary, useWall } from "@/api/models";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { openAdd } from "@/lib/adding";
import { announce } from "@/lib/announce";
import { density } from "@/lib/density";
import { page } from "@/lib/page";
import { stored } from "@/lib/stored";
import { useStored } from "@/lib/useStored";
import { useUrlState } from "@/lib/useUrlState";
import { walked } from "@/lib/walked";
import { Button } from "@/ui/Button";
import { useTitle } from "@/ui/Page";
import { Failure, State } from "@/ui/State";
import { BulkBar } from "./BulkBar";
import { Chips } from "./Chips";
import { Facets } from "./Facets";
import type { Density } from "./grid";
import styles from "./LibraryPage.module.css";
import { useSelection } from "./selection";
import { Toolbar } from "./Toolbar";
import { useSpeedGate } from "./useSpeedGate";
import { useValueName } from "./useValueName";
import { Wall } from "./Wall";

const CardMenu = page(() => import("./CardMenu"));
const FilterSheet = page(() => import("./FilterSheet"));

const filtersShown = stored<boolean>("modella.filters", true);

/** The library: a wall of everything one has, found as one types. */
export default function LibraryPage() {
  const { t } = useWords();
  useTitle(t("web.library.title"));
  const [params, change] = useUrlState();
  const [, go] = useLocation();
  const asked = askedOf(params);
  const scroller = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<number[]>([0]);
  const isFast = useSpeedGate(scroller);
  const wall = useWall(asked, wanted, isFast);
  const selection = useSelection(wall.shown);
  const [look, setLook] = useStored(density);
  const [isFilters, setFilters] = useStored(filtersShown);
  const [isSheet, setSheet] = useState(false);
  const [menu, setMenu] = useState<{ model: ModelSummary; index: number; anchor: HTMLElement }>();
  const nameOf = useValueName();
  const queryClient = useQueryClient();

  const onPages = useCallback((next: number[]) => setWanted((now) => (now.join() === next.join() ? now : next)), []);
  const open = useCallback(
    (model: ModelSummary, index: number) => {
      walked.set({ asked: wall.shown, index, total: wall.total });
      go(`/models/${model.id}`);
    },
    [go, wall.shown, wall.total],
  );
  const select = useCallback(
    async (from: number, to: number) => {
      const ids = await idsOf(wall.shown);
      selection.add(ids.slice(Math.min(from, to), Math.max(from, to) + 1));
    },
    [wall.shown, selection],
  );
  const selectAll = useCallback(async () => selection.replace(await idsOf(wall.shown)), [wall.shown, selection]);

  useCounted(wall.total, wall.first.isFetched && !wall.first.isPlaceholderData);
  useActions(
    useMemo<Action[]>(
      () => [
        {
          id: "library:all",
          name: "web.library.select-all",
          group: "selection",
          shortcut: "Mod+a",
          run: () => void selectAll(),
        },
        {
          id: "library:none",
          name: "web.library.select-none",
          group: "selection",
          when: () => selection.ids.size > 0,
          run: selection.clear,
        },
      ],
      [selectAll, selection],
    ),
  );

  const isEmpty = wall.first.isFetched && wall.total === 0 && asked === "" && leftOut(params).length === 0;
  const clear = () => go("/library");
  const isFiltered = FACETS.some((facet) => params.has(facet));
  const facets = <Facets facets={wall.facets} params={params} nameOf={nameOf} change={change} />;
  return (
    <div className={styles.library} data-filters={(isFilters && !isEmpty) || undefined}>
      <h1 className="visually-hidden">{t("web.library.title")}</h1>
      <aside className={styles.side} aria-label={t("web.library.filters")}>
        {facets}
      </aside>
      <div className={styles.top}>
        <Toolbar
          params={params}
          change={change}
          asked={asked}
          density={look as Density}
          onDensity={setLook}
          isFilters={isFilters}
          onFilters={() => (matchMedia("(width < 1000px)").matches ? setSheet(true) : setFilters(!isFilters))}
        />
        <Chips params={params} nameOf={nameOf} change={change} clear={clear} />
        {wall.meant && Object.keys(wall.meant).length > 0 && (
          <p className={styles.meant}>
            {Object.entries(wall.meant).map(([typed, meant]) => (
              <span key={typed}>{t("web.library.meant", { typed, meant })} </span>
            ))}
          </p>
        )}
        <BulkBar selection={selection} total={wall.total} isKnown={wall.first.isFetched} onAll={selectAll} />
      </div>
      <div className={styles.wall} aria-busy={wall.first.isPlaceholderData}>
        {wall.first.isError && !wall.first.data ? (
          <Failure problem={wall.first.error} retry={() => queryClient.invalidateQueries({ queryKey: ["models"] })} />
        ) : wall.first.isFetched && wall.total === 0 ? (
          isEmpty ? (
            <Empty />
          ) : (
            <State
              icon={SearchX}
              title={t("web.library.nothing")}
              actions={
                <Button onClick={clear}>{t(isFiltered ? "web.library.clear" : "web.library.clear-search")}</Button>
              }
            >
              <p>{t("web.library.nothing-hint")}</p>
            </State>
          )
        ) : (
          <Wall
            scroller={scroller}
            question={wall.shown}
            total={wall.first.data ? wall.total : 24}
            at={wall.at}
            density={look as Density}
            selection={selection}
            isFast={isFast}
            onPages={onPages}
            onOpen={open}
            onMenu={(model, index, anchor) => setMenu({ model, index, anchor })}
            onRange={(from, to) => void select(from, to)}
            onAll={() => void selectAll()}
          />
        )}
      </div>
      <Suspense fallback={null}>
        {menu && (
          <CardMenu
            {...menu}
            isSelected={selection.ids.has(menu.model.id)}
            onSelect={() => selection.toggle(menu.model.id, menu.index)}
            onOpen={() => open(menu.model, menu.index)}
            onClose={() => setMenu(undefined)}
          />
        )}
        {isSheet && (
          <FilterSheet total={wall.first.data && wall.total} onClose={() => setSheet(false)}>
            {facets}
          </FilterSheet>
        )}
      </Suspense>
    </div>
  );
}

/** Nothing is there yet: how to begin. */
function Empty() {
  const { t } = useWords();
  const [, go] = useLocation();
  return (
    <State
      icon={Images}
      title={t("web.library.empty")}
      actions={
        <>
          <Button look="primary" icon={FolderSearch} onClick={() => go("/settings/library")}>
            {t("web.library.scan")}
          </Button>
          <Button icon={Link2} onClick={() => openAdd({})}>
            {t("web.library.add")}
          </Button>
        </>
      }
    >
      <p>{t("web.library.empty-hint")}</p>
    </State>
  );
}

/** Tells how many were found, once a question is answered. */
function useCounted(total: number, isAnswered: boolean) {
  const { t } = useWords();
  const before = useRef<number>(undefined);
  useEffect(() => {
    if (!isAnswered) return;
    if (before.current !== undefined && before.current !== total)
      announce(t("web.library.count", { count: total }), "library:count");
    before.current = total;
  }, [total, isAnswered, t]);
}
