import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useMemo } from "react";
import { Link, useLocation } from "wouter";
import { idsOf, modelQuery } from "@/api/models";
import { queries } from "@/api/queries";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { useStored } from "@/lib/useStored";
import { walked } from "@/lib/walked";
import { Button } from "@/ui/Button";
import styles from "./Walk.module.css";

/** The way back to the wall, and on to the next model of what was asked there. */
export function Walk({ id }: { id: string }) {
  const { t } = useWords();
  const [, go] = useLocation();
  const [from] = useStored(walked);
  const asked = from?.asked ?? "";
  const { data: ids } = useQuery({
    queryKey: ["walk", asked],
    enabled: from !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => idsOf(asked),
  });
  const at = ids?.indexOf(id) ?? -1;
  const total = ids?.length ?? 0;
  const [before, next] = at < 0 ? [undefined, undefined] : [ids?.[at - 1], ids?.[at + 1]];
  useEffect(() => {
    if (at >= 0 && from && from.index !== at) walked.set({ ...from, index: at });
    for (const each of [next, before]) if (each) void queries.prefetchQuery(modelQuery(each));
  }, [at, from, before, next]);
  const open = useMemo(
    () => (to: string | undefined) => {
      if (to) go(`/models/${to}`, { replace: true });
    },
    [go],
  );
  useActions(
    useMemo<Action[]>(
      () => [
        {
          id: "model:before",
          name: "web.model.before",
          group: "page",
          icon: ChevronLeft,
          shortcut: "[,k",
          when: () => before !== undefined,
          run: () => open(before),
        },
        {
          id: "model:next",
          name: "web.model.next",
          group: "page",
          icon: ChevronRight,
          shortcut: "],j",
          when: () => next !== undefined,
          run: () => open(next),
        },
      ],
      [before, next, open],
    ),
  );
  return (
    <nav className={styles.walk} aria-label={t("web.model.walk")}>
      <Link href={asked ? `/library?${asked}` : "/library"} className={styles.back}>
        <ArrowLeft size={18} aria-hidden />
        {t("web.nav.library")}
      </Link>
      {at >= 0 && (
        <div className={styles.steps}>
          <Button look="quiet" icon={ChevronLeft} iconOnly disabled={!before} onClick={() => open(before)}>
            {t("web.model.before")}
          </Button>
          <span className="tabular">{t("web.app.of", { count: at + 1, total })}</span>
          <Button look="quiet" icon={ChevronRight} iconOnly disabled={!next} onClick={() => open(next)}>
            {t("web.model.next")}
          </Button>
        </div>
      )}
    </nav>
  );
}
