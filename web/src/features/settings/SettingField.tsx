import { Check, RotateCcw } from "lucide-react";
import type { Setting } from "@/api/settings";
import { useWords } from "@/i18n";
import { bytesAsTyped } from "@/lib/amounts";
import { Button } from "@/ui/Button";
import { CONTROLS } from "./controls";
import { FixedNote } from "./FixedNote";
import styles from "./SettingField.module.css";
import { type Saving, useSaving } from "./useSaving";

/** One setting with the control that fits its value, what keeps it from being changed, and how to go back. */
export function SettingField({ setting }: { setting: Setting }) {
  const saving = useSaving(setting);
  const Control = CONTROLS[setting.type];
  const help = (
    <>
      {setting.help}
      {!setting.changeable && <FixedNote setting={setting} />}
    </>
  );
  return (
    <div className={styles.setting} data-setting={setting.name}>
      <Control setting={setting} saving={saving} help={help} />
      <Aftermath setting={setting} saving={saving} />
    </div>
  );
}

/** Saved, with a way back; and the way to the default. */
function Aftermath({ setting, saving }: { setting: Setting; saving: Saving }) {
  const { t } = useWords();
  const isOwn = setting.changeable && setting.from === "saved" && setting.value !== setting.default;
  if (!setting.changeable) return null;
  return (
    <div className={styles.after}>
      {saving.state === "saved" && (
        <>
          <span className={styles.saved}>
            <Check size={16} aria-hidden />
            {t("web.settings.saved")}
          </span>
          <Button look="quiet" small onClick={saving.undo} aria-label={t("web.settings.undo", { name: setting.title })}>
            {t("web.app.undo")}
          </Button>
        </>
      )}
      {saving.state !== "saved" && isOwn && (
        <Button
          look="quiet"
          small
          icon={RotateCcw}
          aria-label={t("web.settings.to-default-name", { name: setting.title, value: toldDefault(setting) })}
          onClick={() => void saving.save(null)}
        >
          {t("web.settings.to-default", { value: toldDefault(setting) })}
        </Button>
      )}
    </div>
  );

  function toldDefault({ type, default: value, choices }: Setting): string {
    if (type === "flag") return value ? t("web.settings.on") : t("web.settings.off");
    if (type === "hours" && !value) return t("web.settings.always");
    const named = choices?.find((each) => each.value === value)?.title;
    return (
      named ?? (typeof value === "number" && type.startsWith("bytes") ? bytesAsTyped(value) : String(value ?? "–"))
    );
  }
}
