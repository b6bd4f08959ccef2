import { useQuery } from "@tanstack/react-query";
import { ArrowRight, CircleCheck } from "lucide-react";
import { useState } from "react";
import { applyPlacement, type Moving, placementQuery } from "@/api/rules";
import { ended, type Task } from "@/api/tasks";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";
import { Failure, State } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./Plan.module.css";

const AT_ONCE = 200;

/** The plan of what would move by the rules that hold: read, chosen from, carried out. */
export default function PlanSheet({ onClose }: { onClose: () => void }) {
  const { t, explain } = useWords();
  const report = useReport();
  const { data, error, refetch } = useQuery(placementQuery);
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(AT_ONCE);
  const [isBusy, setBusy] = useState(false);
  const moves = data?.moves ?? [];
  const chosen = moves.filter((each) => !without.has(each.id));
  const staying = data?.stays?.length ?? 0;

  function toggle(id: string) {
    const next = new Set(without);
    if (!next.delete(id)) next.add(id);
    setWithout(next);
  }
  async function apply() {
    setBusy(true);
    let task: Task | undefined;
    const hasBegun = await report(async () => {
      task = await applyPlacement(chosen);
    });
    setBusy(false);
    if (!hasBegun || !task) return;
    onClose();
    const begun = task;
    void report(async () => told(await ended(begun)));
  }
  function told(result: Record<string, unknown>) {
    const count = Array.isArray(result.moved) ? result.moved.length : 0;
    const problems = Array.isArray(result.problems) ? result.problems : [];
    if (count) toast({ text: t("web.library.moved", { count }) });
    const first = problems[0] as { name?: string; code?: string; context?: Record<string, unknown> } | undefined;
    if (first)
      toast({
        text: t("web.library.not-moved", { count: problems.length }),
        detail: `${first.name ?? ""}: ${explain(first.code ?? "failed", first.context).sentence}`,
        tone: "bad",
      });
  }

  return (
    <Sheet
      title={t("web.settings.plan")}
      wide
      onClose={onClose}
      foot={
        moves.length > 0 && (
          <>
            <Button onClick={onClose}>{t("web.app.cancel")}</Button>
            <Button look="primary" busy={isBusy} disabled={chosen.length === 0} onClick={() => void apply()}>
              {t("web.settings.plan-go", { count: chosen.length })}
            </Button>
          </>
        )
      }
    >
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {data && moves.length === 0 && (
        <State icon={CircleCheck} title={t("web.settings.plan-none")}>
          <p>{t("web.settings.plan-none-text")}</p>
        </State>
      )}
      {moves.length > 0 && (
        <div className="stack">
          <p>
            {t("web.settings.plan-lead")} {staying > 0 && t("web.settings.plan-stay", { count: staying })}
          </p>
          <label className={styles.all}>
            <input
              type="checkbox"
              checked={chosen.length === moves.length}
              ref={(box) => {
                if (box) box.indeterminate = chosen.length > 0 && chosen.length < moves.length;
              }}
              onChange={() =>
                setWithout(chosen.length < moves.length ? new Set() : new Set(moves.map((each) => each.id)))
              }
            />
            {t("web.settings.plan-chosen", { count: chosen.length, total: moves.length })}
          </label>
          <ul className={styles.list}>
            {moves.slice(0, most).map((each) => (
              <Row key={each.id} move={each} isChosen={!without.has(each.id)} onToggle={() => toggle(each.id)} />
            ))}
          </ul>
          {moves.length > most && (
            <Button onClick={() => setMost(most + AT_ONCE)}>
              {t("web.settings.plan-more", { count: moves.length - most })}
            </Button>
          )}
        </div>
      )}
    </Sheet>
  );
}

function Row({ move, isChosen, onToggle }: { move: Moving; isChosen: boolean; onToggle: () => void }) {
  const { t } = useWords();
  return (
    <li>
      <label className={styles.row}>
        <input type="checkbox" checked={isChosen} onChange={onToggle} />
        <span className={styles.words}>
          <bdi className={styles.name}>{move.name || move.cleaned_name}</bdi>
          <span className={styles.path}>
            <code>{move.from}</code>
            <ArrowRight size={14} aria-hidden />
            <code>{move.to}</code>
          </span>
          {move.instead && (
            <span className={styles.note}>{t("web.settings.plan-instead", { name: move.instead })}</span>
          )}
        </span>
      </label>
    </li>
  );
}
