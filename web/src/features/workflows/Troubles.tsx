import type { Compared } from "@/api/workflows";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { useSourceName } from "@/ui/Source";
import styles from "./Troubles.module.css";

/** Sources that could not be asked: what they have is not among the offers. */
export function Troubles({ troubles, retry }: { troubles: Compared["troubles"]; retry: () => void }) {
  const { t, explain } = useWords();
  const name = useSourceName();
  if (!troubles.length) return null;
  return (
    <div className={styles.troubles} role="alert">
      <ul>
        {troubles.map((each) => (
          <li key={each.source}>
            <strong>{t("web.workflows.silent", { source: name(each.source) })}</strong>{" "}
            {explain(each.code, { source: name(each.source), ...each.facts }).sentence}
          </li>
        ))}
      </ul>
      <Button small onClick={retry}>
        {t("web.app.retry")}
      </Button>
    </div>
  );
}
