import { FolderSearch, KeyRound, Link2 } from "lucide-react";
import { useLocation } from "wouter";
import { useWords } from "@/i18n";
import { openAdd } from "@/lib/adding";
import styles from "./Welcome.module.css";

/** The first steps, for a library that is empty yet. */
export function Welcome() {
  const { t } = useWords();
  const [, go] = useLocation();
  const steps = [
    {
      icon: FolderSearch,
      name: t("web.dashboard.step-folders"),
      hint: t("web.dashboard.step-folders-hint"),
      run: () => go("/settings/library"),
    },
    {
      icon: KeyRound,
      name: t("web.dashboard.step-keys"),
      hint: t("web.dashboard.step-keys-hint"),
      run: () => go("/settings/keys"),
    },
    {
      icon: Link2,
      name: t("web.dashboard.step-fetch"),
      hint: t("web.dashboard.step-fetch-hint"),
      run: () => openAdd({}),
    },
  ];
  return (
    <ol className={styles.steps}>
      {steps.map(({ icon: Icon, name, hint, run }, at) => (
        <li key={name}>
          <button type="button" className={styles.step} onClick={run}>
            <span className={styles.number} aria-hidden>
              {at + 1}
            </span>
            <Icon size={28} strokeWidth={1.5} aria-hidden />
            <strong>{name}</strong>
            <span className={styles.hint}>{hint}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
