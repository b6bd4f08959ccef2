import { ChevronDown, Search } from "lucide-react";
import { useState } from "react";
import { FACETS, type Facet, type FacetCounts } from "@/api/models";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { stored } from "@/lib/stored";
import { useStored } from "@/lib/useStored";
import { classes } from "@/ui/classes";
import styles from "./Facets.module.css";
import type { ValueName } from "./useValueName";

interface FacetsProps {
  facets: FacetCounts | undefined;
  params: URLSearchParams;
  nameOf: ValueName;
  change: (values: Record<string, string[]>) => void;
}

const FEW = 8;
const OPEN_AT_FIRST = ["kind", "family", "base_model", "tag"];
const opened = stored<string[]>("modella.facets", OPEN_AT_FIRST);

/** What models can be narrowed by, with how many each would leave. */
export function Facets({ facets, params, nameOf, change }: FacetsProps) {
  const labels = useLabels();
  const [open, setOpen] = useStored(opened);
  const toggle = (facet: string) =>
    setOpen(open.includes(facet) ? open.filter((each) => each !== facet) : [...open, facet]);
  const isNothing = FACETS.every((facet) => !facets?.[facet]?.length && !params.has(facet));
  if (facets && isNothing)
    return (
      <ul className={styles.facets}>
        {FACETS.map((facet) => (
          <li key={facet} className={styles.none}>
            {labels.facet(facet)}
          </li>
        ))}
      </ul>
    );
  return (
    <div className={styles.facets}>
      {FACETS.map((facet) => (
        <One
          key={facet}
          facet={facet}
          values={facets?.[facet] ?? []}
          chosen={params.getAll(facet)}
          isOpen={open.includes(facet)}
          onToggle={() => toggle(facet)}
          nameOf={nameOf}
          change={(values) => change({ [facet]: values })}
        />
      ))}
    </div>
  );
}

interface OneProps {
  facet: Facet;
  values: [string, number][];
  chosen: string[];
  isOpen: boolean;
  onToggle: () => void;
  nameOf: ValueName;
  change: (values: string[]) => void;
}

/** Chosen values first, so that one can be taken back even where nothing has it any more. */
function ordered(values: [string, number][], chosen: string[]): [string, number][] {
  const plain = chosen.map((each) => each.replace(/^!/, ""));
  const known = new Map(values);
  const first = plain.map((each): [string, number] => [each, known.get(each) ?? 0]);
  return [...first, ...values.filter(([value]) => !plain.includes(value))];
}

function One({ facet, values, chosen, isOpen, onToggle, nameOf, change }: OneProps) {
  const { t } = useWords();
  const labels = useLabels();
  const [isAll, setAll] = useState(false);
  const [typed, setTyped] = useState("");
  const name = labels.facet(facet);
  const all = ordered(values, chosen);
  if (all.length === 0 || (all.length === 1 && all[0]?.[0] === "none" && !chosen.length)) return null;
  const labelOf = (value: string) => nameOf(facet, value);
  const fitting = all.filter(([value]) => labelOf(value).toLowerCase().includes(typed.toLowerCase()));
  const shown = isAll || typed ? fitting : fitting.slice(0, Math.max(FEW, chosen.length));
  return (
    <section className={styles.facet}>
      <h2>
        <button type="button" aria-expanded={isOpen} onClick={onToggle} className={styles.head}>
          <span>{name}</span>
          {chosen.length > 0 && <span className={styles.chosen}>{labels.number(chosen.length)}</span>}
          <ChevronDown size={16} aria-hidden />
        </button>
      </h2>
      {isOpen && (
        <>
          {isAll && all.length > FEW && (
            <div className={styles.find}>
              <Search size={14} aria-hidden />
              <input
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                aria-label={t("web.library.find-value", { name })}
              />
            </div>
          )}
          <ul>
            {shown.map(([value, count]) => (
              <li key={value}>
                <Value value={value} label={labelOf(value)} count={count} chosen={chosen} change={change} />
              </li>
            ))}
          </ul>
          {fitting.length > FEW && !typed && (
            <button type="button" className={styles.all} onClick={() => setAll(!isAll)}>
              {isAll ? t("web.library.fewer-values") : t("web.library.more-values", { count: all.length })}
            </button>
          )}
        </>
      )}
    </section>
  );
}

interface ValueProps {
  value: string;
  label: string;
  count: number;
  chosen: string[];
  change: (values: string[]) => void;
}

/** Off, in, out: a click takes a value in, a second one leaves it out, a third one forgets it. */
function Value({ value, label, count, chosen, change }: ValueProps) {
  const { t } = useWords();
  const labels = useLabels();
  const state = chosen.includes(value) ? "in" : chosen.includes(`!${value}`) ? "out" : "off";
  const others = chosen.filter((each) => each !== value && each !== `!${value}`);
  const next = { off: [...others, value], in: [...others, `!${value}`], out: others }[state];
  const said = state === "out" ? t("web.library.without", { name: label }) : label;
  return (
    // biome-ignore lint/a11y/useSemanticElements: the browser's own box knows no third state that one can choose
    <button
      type="button"
      role="checkbox"
      aria-checked={state === "out" ? "mixed" : state === "in"}
      aria-label={t("web.library.include", { name: said, count })}
      title={t("web.library.facet-hint")}
      className={classes(styles.value, styles[state])}
      onClick={() => change(next)}
    >
      <span className={styles.box} aria-hidden>
        {{ off: "", in: "✓", out: "–" }[state]}
      </span>
      <bdi className={styles.label}>{label}</bdi>
      <span className={styles.count}>{labels.number(count)}</span>
    </button>
  );
}
