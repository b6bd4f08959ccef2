import { useInfiniteQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useMemo } from "react";
import { type App, type LinkAction, planQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { useUrlState } from "@/lib/useUrlState";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/State";
import { ConfigChange } from "./ConfigChange";
import { Filters } from "./Filters";
import { Lines } from "./Lines";
import { Linking } from "./Linking";
import { Notes } from "./Notes";
import styles from "./PlanView.module.css";
import { Result } from "./Result";
import { Skipped } from "./Skipped";
import { goOf, notesOf } from "./stand";
import { useLinking } from "./useLinking";

const ACTIONS: readonly LinkAction[] = ["make", "mend", "remove", "blocked", "keep", "there"];

/** What linking would do in an app: counted, line by line, and what it leaves out. One button does it. */
export function PlanView({ app }: { app: App }) {
  const { t } = useWords();
  const [params, change] = useUrlState();
  const asked = useMemo(() => ACTIONS.filter((each) => params.getAll("action").includes(each)), [params]);
  const query = useInfiniteQuery(planQuery(app.id, asked));
  const linking = useLinking(app.id);
  const plan = query.data?.pages[0];
  const lines = useMemo(() => query.data?.pages.flatMap((each) => each.lines) ?? [], [query.data]);
  if (!plan)
    return query.error ? (
      <Failure problem={query.error} retry={() => void query.refetch()} />
    ) : (
      <p aria-busy="true">{t("web.apps.looking")}</p>
    );
  const go = goOf(plan);
  const rest = plan.matching - lines.length;
  return (
    <div className={styles.plan}>
      <div className={styles.stand}>
        <Notes notes={notesOf(app, plan)} />
        {linking.task ? (
          <Linking task={linking.task} />
        ) : (
          go && (
            <Button look="primary" icon={Check} onClick={() => void linking.begin()}>
              {t(go.key, go.facts)}
            </Button>
          )
        )}
      </div>
      {linking.outcome && (
        <Result outcome={linking.outcome} restart={plan.restart ? app.title : undefined} onClose={linking.forget} />
      )}
      {plan.config && <ConfigChange change={plan.config} />}
      {sum(plan.actions) > 0 && (
        <section className={styles.lines} aria-label={t("web.apps.lines")}>
          <Filters actions={plan.actions} shown={asked} onShow={(actions) => change({ action: actions })} />
          <Lines lines={lines} isOld={query.isPlaceholderData} />
          {rest > 0 && (
            <p className={styles.more}>
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("web.apps.more-lines", { count: rest })}
              </Button>
            </p>
          )}
        </section>
      )}
      {sum(plan.reasons) > 0 && <Skipped skipped={plan.skipped} reasons={plan.reasons} />}
    </div>
  );
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, each) => all + each, 0);
