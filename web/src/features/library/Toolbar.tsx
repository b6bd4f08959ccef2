import {
  ArrowDownWideNarrow,
  ArrowUpNarrowWide,
  Bookmark,
  Grid2x2,
  Grid3x3,
  ListFilter,
  Lock,
  LockOpen,
  Rows3,
} from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { prefetchModels } from "@/api/models";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { locked } from "@/lib/nsfw";
import { page } from "@/lib/page";
import { toast } from "@/lib/toasts";
import { useStored } from "@/lib/useStored";
import { Button } from "@/ui/Button";
import { SelectField } from "@/ui/Field";
import { SearchField } from "@/ui/SearchField";
import { DENSITIES, type Density } from "./grid";
import styles from "./Toolbar.module.css";

const SavedSearches = page(() => import("./SavedSearches"));
const SORTS = ["added", "name", "size", "updated", "published", "rating", "match"] as const;
const ICONS = { comfortable: Grid2x2, compact: Grid3x3, list: Rows3 };
/** Milliseconds between two keys below which the question waits: keys of a quick hand, or a held one, make one. */
const PATIENCE = 30;

interface ToolbarProps {
  params: URLSearchParams;
  asked: string;
  change: (values: Record<string, string | undefined>) => void;
  density: Density;
  onDensity: (density: Density) => void;
  isFilters: boolean;
  onFilters: () => void;
}

/** Search, order, look of the wall. */
export function Toolbar({ params, asked, change, density, onDensity, isFilters, onFilters }: ToolbarProps) {
  const { t } = useWords();
  const [isLocked, setLocked] = useStored(locked);
  const [isSaved, setSaved] = useState(false);
  const sort = params.get("sort") ?? (params.get("q") ? "match" : "added");
  const isDescending = (params.get("order") ?? (sort === "name" ? "asc" : "desc")) === "desc";
  const lock = () => {
    setLocked(!isLocked);
    toast({ text: isLocked ? t("web.library.unlocked") : t("web.library.locked"), tone: "info", stays: 3000 });
  };
  return (
    <div className={styles.bar}>
      <Question params={params} change={change} />
      <div className={styles.tools}>
        <Button look="quiet" icon={ListFilter} iconOnly aria-expanded={isFilters} onClick={onFilters}>
          {isFilters ? t("web.library.hide-filters") : t("web.library.filters")}
        </Button>
        <Button look="quiet" icon={Bookmark} iconOnly aria-haspopup="dialog" onClick={() => setSaved(true)}>
          {t("web.library.saved")}
        </Button>
        <SelectField
          bare
          label={t("web.library.sort")}
          value={sort}
          className={styles.sort}
          options={SORTS.map((each) => [each, t(`web.library.sorts.${each}` as Key)] as const)}
          onChange={(event) => change({ sort: event.target.value, order: undefined })}
        />
        <Button
          look="quiet"
          icon={isDescending ? ArrowDownWideNarrow : ArrowUpNarrowWide}
          iconOnly
          onClick={() => change({ order: isDescending ? "asc" : "desc" })}
        >
          {isDescending ? t("web.library.descending") : t("web.library.ascending")}
        </Button>
        <Button
          look="quiet"
          icon={ICONS[density]}
          iconOnly
          className={styles.oneDensity}
          onClick={() => onDensity(DENSITIES[(DENSITIES.indexOf(density) + 1) % DENSITIES.length] ?? "comfortable")}
        >
          {t("web.library.density")}
        </Button>
        <fieldset className={styles.densities}>
          <legend className="visually-hidden">{t("web.library.density")}</legend>
          {DENSITIES.map((each) => (
            <Button
              key={each}
              look="quiet"
              icon={ICONS[each]}
              iconOnly
              aria-pressed={density === each}
              onClick={() => onDensity(each)}
            >
              {t(`web.library.densities.${each}` as Key)}
            </Button>
          ))}
        </fieldset>
        <Button look="quiet" icon={isLocked ? Lock : LockOpen} iconOnly aria-pressed={isLocked} onClick={lock}>
          {isLocked ? t("web.library.cover-unlock") : t("web.library.cover-lock")}
        </Button>
      </div>
      {isSaved && (
        <Suspense fallback={null}>
          <SavedSearches asked={asked} onClose={() => setSaved(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** What is typed shows at once, and so the question goes out, unless keys come faster than one reads. */
function Question({ params, change }: Pick<ToolbarProps, "params" | "change">) {
  const { t } = useWords();
  const told = params.get("q") ?? "";
  const [typed, setTyped] = useState(told);
  const asked = useRef(told);
  useEffect(() => {
    // Somebody else has changed the address: going back, a saved search, clearing.
    if (told !== asked.current) setTyped(told);
    asked.current = told;
  }, [told]);
  const lastKey = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const now = performance.now();
    const isQuick = now - lastKey.current < PATIENCE;
    lastKey.current = now;
    if (typed.trim() === asked.current) return;
    const ask = () => {
      asked.current = typed.trim();
      change({ q: typed.trim() || undefined });
    };
    if (!isQuick) return ask();
    const timer = setTimeout(ask, PATIENCE);
    return () => clearTimeout(timer);
  }, [typed, change]);
  return (
    <SearchField
      label={t("web.library.search")}
      clearLabel={t("web.library.clear-search")}
      action={{ id: "library:search", name: "web.actions.search" }}
      className={styles.search}
      value={typed}
      onType={setTyped}
      onFocus={() => void prefetchModels("")}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "Enter") return;
        event.preventDefault();
        document.querySelector<HTMLElement>("[role=grid] [tabindex='0']")?.focus();
      }}
    />
  );
}
