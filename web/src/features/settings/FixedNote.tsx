import { Lock } from "lucide-react";
import type { Setting } from "@/api/settings";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import styles from "./SettingField.module.css";

/** What says a value so that it cannot be changed here, and where to change it. */
export function FixedNote({ setting }: { setting: Setting }) {
  const { t } = useWords();
  const { fixed_by: by, variable, restart } = setting;
  const facts = { name: by?.name ?? variable };
  const told = by ? t(`web.settings.fixed.${by.by}` as Key, facts) : t("web.settings.fixed.elsewhere", facts);
  return (
    <span className={styles.fixed}>
      <Lock size={14} aria-hidden />
      <span>
        {told}
        {restart && ` ${t("web.settings.restart")}`}
      </span>
    </span>
  );
}
