import { CircleCheck, TriangleAlert, X } from "lucide-react";
import { Link } from "wouter";
import type { FailedLink, Outcome } from "@/api/apps";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { useTold } from "@/ui/Remedies";
import { doneIn } from "./outcome";
import styles from "./Result.module.css";

interface ResultProps {
  outcome: Outcome;
  /** The app that has to be restarted to see it. */
  restart: string | undefined;
  onClose: () => void;
}

/** What was done, and what failed with its reason. */
export function Result({ outcome, restart, onClose }: ResultProps) {
  const words = useWords();
  const { t } = words;
  const { failed } = outcome;
  const changed = outcome.made + outcome.mended + outcome.removed > 0 || outcome.config;
  const Icon = failed.length ? TriangleAlert : CircleCheck;
  return (
    <section className={styles.result} data-tone={failed.length ? "bad" : "ok"} aria-label={t("web.apps.result")}>
      <Icon size={20} aria-hidden />
      <div className={styles.words}>
        <p className={styles.done}>{doneIn(words, outcome).join(" · ")}</p>
        {changed && restart && <p>{t("web.apps.restart", { title: restart })}</p>}
        {failed.length > 0 && (
          <ul>
            {failed.slice(0, MOST).map((each) => (
              <li key={each.path}>
                <Failed failed={each} />
              </li>
            ))}
            {failed.length > MOST && <li>{t("web.apps.and-more", { count: failed.length - MOST })}</li>}
          </ul>
        )}
      </div>
      <Button look="quiet" small icon={X} iconOnly onClick={onClose}>
        {t("web.app.close")}
      </Button>
    </section>
  );
}

const MOST = 50;

function Failed({ failed }: { failed: FailedLink }) {
  const told = useTold()(failed.code, failed.facts);
  return (
    <>
      <Link href={`/models/${failed.model}`}>
        <code>{failed.path}</code>
      </Link>
      : {told.sentence}
    </>
  );
}
