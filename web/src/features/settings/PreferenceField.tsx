import { useQuery } from "@tanstack/react-query";
import { Check, Grid2x2, Grid3x3, RotateCcw, Rows3 } from "lucide-react";
import type { ComponentType } from "react";
import { languagesQuery, type Setting } from "@/api/settings";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { canNotify } from "@/lib/notify";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { SelectField, Switch } from "@/ui/Field";
import { Radios } from "@/ui/Radios";
import styles from "./SettingField.module.css";
import { ThemeCards } from "./ThemeCards";
import { usePreference } from "./usePreference";

interface ControlProps {
  setting: Setting;
  value: string | boolean;
  choose: (value: string | boolean) => void;
}

const DENSITY_ICONS = { comfortable: Grid2x2, compact: Grid3x3, list: Rows3 };

function ThemeControl({ setting, value, choose }: ControlProps) {
  return <ThemeCards label={setting.title} value={String(value)} onChange={choose} />;
}

function LanguageControl({ setting, value, choose }: ControlProps) {
  const { t } = useWords();
  const { data = [] } = useQuery(languagesQuery);
  const choices = [
    { value: "", words: t("web.settings.as-browser") },
    ...data.map((each) => ({ value: each.code, words: each.name, lang: each.code })),
  ];
  return <Radios label={setting.title} choices={choices} value={String(value)} onChange={choose} />;
}

function DensityControl({ setting, value, choose }: ControlProps) {
  const choices = setting.choices?.map((each) => ({
    value: each.value,
    words: each.title,
    icon: DENSITY_ICONS[each.value as keyof typeof DENSITY_ICONS],
  }));
  return (
    <Radios label={setting.title} help={setting.help} choices={choices ?? []} value={String(value)} onChange={choose} />
  );
}

function LevelControl({ setting, value, choose }: ControlProps) {
  return (
    <SelectField
      id={`here-${setting.name}`}
      label={setting.title}
      help={setting.help}
      value={String(value)}
      options={setting.choices?.map((each) => [each.value, each.title] as const) ?? []}
      onChange={(event) => choose(event.target.value)}
    />
  );
}

function FlagControl({ setting, value, choose }: ControlProps) {
  return <Switch label={setting.title} help={setting.help} checked={Boolean(value)} onChange={choose} />;
}

/** A browser asks the person itself, and only when the person has begun. */
function NotifyControl({ setting, value, choose }: ControlProps) {
  const { t } = useWords();
  const isAllowed = canNotify() && Notification.permission === "granted";
  async function change(isWanted: boolean) {
    if (!isWanted) return choose(false);
    const answer = await Notification.requestPermission();
    choose(answer === "granted");
    if (answer !== "granted") toast({ text: t("web.settings.notify-denied"), tone: "info" });
  }
  return (
    <Switch
      label={setting.title}
      help={canNotify() ? setting.help : t("web.settings.notify-impossible")}
      checked={Boolean(value) && isAllowed}
      disabled={!canNotify()}
      onChange={(isWanted) => void change(isWanted)}
    />
  );
}

const CONTROLS: Record<string, ComponentType<ControlProps>> = {
  theme: ThemeControl,
  lang: LanguageControl,
  density: DensityControl,
  nsfw_cover: LevelControl,
  nsfw_hide: LevelControl,
  shortcuts: FlagControl,
  notify: NotifyControl,
};

/** One preference of this browser; as long as nothing is chosen here, what holds for all browsers holds. */
export function PreferenceField({ setting }: { setting: Setting }) {
  const { t } = useWords();
  const { value, isChosen, choose, forget } = usePreference(setting);
  const Control = CONTROLS[setting.name] ?? FlagControl;
  const forAll = useTold(setting);
  return (
    <div className={styles.setting} data-setting={setting.name} data-wide={setting.name === "theme" || undefined}>
      <Control setting={setting} value={value} choose={choose} />
      <div className={styles.after}>
        {isChosen ? (
          <Button
            look="quiet"
            small
            icon={RotateCcw}
            aria-label={t("web.settings.follow-name", { name: setting.title, value: forAll })}
            onClick={forget}
          >
            {t("web.settings.follow", { value: forAll })}
          </Button>
        ) : (
          <span className={styles.following}>
            <Check size={16} aria-hidden />
            {t("web.settings.following")}
          </span>
        )}
      </div>
    </div>
  );
}

/** What holds for all browsers, in words. */
function useTold({ name, value, choices }: Setting): string {
  const { t } = useWords();
  if (typeof value === "boolean") return t(value ? "web.settings.on" : "web.settings.off");
  if (name === "lang" && !value) return t("web.settings.as-browser");
  return choices?.find((each) => each.value === value)?.title ?? t(`web.settings.themes.${value}` as Key);
}
