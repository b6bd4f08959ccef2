import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { type RestorePlan, restorePlanQuery } from "@/api/backups";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { Button } from "@/ui/Button";
import { Switch } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { Failure, State } from "@/ui/State";
import styles from "./Plan.module.css";

const MOST = 200;

interface RestoreSheetProps {
  file: string;
  onClose: () => void;
  onRestore: (everything: boolean) => Promise<void>;
}

/** What putting a backup back would do: what returns and why, what stays and why. Only then it is done. */
export default function RestoreSheet({ file, onClose, onRestore }: RestoreSheetProps) {
  const { t, format } = useWords();
  const [everything, setEverything] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { data: plan, error, refetch } = useQuery(restorePlanQuery(file, everything));
  const returns = plan?.returns ?? [];
  const leaves = plan?.leaves ?? [];
  const count = returns.length;
  return (
    <Sheet
      title={t("web.settings.restore-title")}
      wide
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button
            look="primary"
            busy={isBusy}
            disabled={count === 0}
            onClick={() => {
              setBusy(true);
              void onRestore(everything).finally(() => setBusy(false));
            }}
          >
            {t("web.settings.restore-go", { count })}
          </Button>
        </>
      }
    >
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {plan && (
        <div className="stack">
          <p>
            {t("web.settings.restore-of", { when: format.moment(plan.made_at) })}{" "}
            {!plan.same_library && <strong>{t("web.settings.restore-other-library")}</strong>}{" "}
            {t("web.settings.restore-same", { count: plan.same })}
          </p>
          {count === 0 && leaves.length === 0 && (
            <State icon={CircleCheck} title={t("web.settings.restore-nothing")}>
              <p>{t("web.settings.restore-nothing-text")}</p>
            </State>
          )}
          {count > 0 && (
            <section className="stack">
              <h3>{t("web.settings.restore-returns", { count })}</h3>
              <ul className={styles.list}>
                {returns.slice(0, MOST).map((each) => (
                  <li key={each.entry} className={styles.row}>
                    <span className={styles.words}>
                      <code>{each.path}</code>
                      <span className={styles.reason}>{t(`web.settings.restore-why.${each.why}`)}</span>
                    </span>
                  </li>
                ))}
              </ul>
              {count > MOST && <p>{t("web.settings.and-more", { count: count - MOST })}</p>}
            </section>
          )}
          {leaves.length > 0 && <Leaves leaves={leaves} />}
          <Switch
            label={t("web.settings.restore-all")}
            help={t("web.settings.restore-all-help")}
            checked={everything}
            onChange={setEverything}
          />
        </div>
      )}
    </Sheet>
  );
}

/** What stays as it is, by reason. */
function Leaves({ leaves }: { leaves: NonNullable<RestorePlan["leaves"]> }) {
  const { t } = useWords();
  const reasons = [...new Set(leaves.map((each) => each.why))];
  return (
    <section className="stack">
      <h3>{t("web.settings.restore-stays", { count: leaves.length })}</h3>
      <ul className={styles.list}>
        {reasons.map((why) => {
          const mine = leaves.filter((each) => each.why === why);
          return (
            <li key={why}>
              <details className={styles.group}>
                <summary>{t(`web.settings.restore-left.${why}` as Key, { count: mine.length })}</summary>
                <ul>
                  {mine.slice(0, MOST).map((each) => (
                    <li key={each.entry}>
                      <code>{each.path}</code>
                    </li>
                  ))}
                </ul>
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
