import { useQuery } from "@tanstack/react-query";
import { CircleCheck, X } from "lucide-react";
import { Link } from "wouter";
import type { Root } from "@/api/roots";
import { tokensQuery } from "@/api/tokens";
import { useWords } from "@/i18n";
import { stored } from "@/lib/stored";
import { useStored } from "@/lib/useStored";
import { Button } from "@/ui/Button";
import { Block } from "./Block";
import styles from "./FirstUse.module.css";

const over = stored<boolean>("modella.guide-over", false);

/** Three steps for somebody who is new: folders, keys, the first scan. Gone when they are done or closed. */
export function FirstUse({ roots, onScan }: { roots: Root[] | undefined; onScan: () => void }) {
  const { t } = useWords();
  const [isOver, setOver] = useStored(over);
  const { data: keys } = useQuery(tokensQuery);
  if (isOver || !roots || !keys) return null;
  const hasFolders = roots.length > 1;
  const hasKeys = keys.some((each) => each.set);
  const hasModels = roots.some((each) => each.models > 0);
  if (hasModels && (hasKeys || hasFolders)) return null;
  return (
    <Block
      title={t("web.settings.first")}
      lead={t("web.settings.first-lead")}
      actions={
        <Button look="quiet" icon={X} iconOnly onClick={() => setOver(true)}>
          {t("web.settings.first-close")}
        </Button>
      }
    >
      <ol className={styles.steps}>
        <Step
          number={1}
          isDone={hasFolders}
          title={t("web.settings.first-folders")}
          text={t("web.settings.first-folders-text")}
        >
          <Button small onClick={() => document.getElementById("adopt-folder")?.focus()}>
            {t("web.settings.first-folders-go")}
          </Button>
        </Step>
        <Step number={2} isDone={hasKeys} title={t("web.settings.first-keys")} text={t("web.settings.first-keys-text")}>
          <Link href="/settings/keys" className={styles.go}>
            {t("web.settings.first-keys-go")}
          </Link>
        </Step>
        <Step
          number={3}
          isDone={hasModels}
          title={t("web.settings.first-scan")}
          text={t("web.settings.first-scan-text")}
        >
          <Button small onClick={onScan}>
            {t("web.settings.scan-all")}
          </Button>
        </Step>
      </ol>
    </Block>
  );
}

interface StepProps {
  number: number;
  isDone: boolean;
  title: string;
  text: string;
  children: React.ReactNode;
}

function Step({ number, isDone, title, text, children }: StepProps) {
  const { t, format } = useWords();
  return (
    <li className={styles.step} data-done={isDone || undefined}>
      <span className={styles.mark}>{isDone ? <CircleCheck size={24} aria-hidden /> : format.number(number)}</span>
      <div className={styles.words}>
        <p>
          <strong>{title}</strong>
          {isDone && <span className="visually-hidden"> ({t("web.app.done")})</span>}
        </p>
        <p className={styles.text}>{text}</p>
        {!isDone && <div>{children}</div>}
      </div>
    </li>
  );
}
