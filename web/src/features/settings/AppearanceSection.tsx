import { type ReactNode, useState } from "react";
import { type Setting, useSettings } from "@/api/settings";
import { useWords } from "@/i18n";
import { locked } from "@/lib/nsfw";
import { PREFERENCES } from "@/lib/preferences";
import { useStored } from "@/lib/useStored";
import { Switch } from "@/ui/Field";
import { Radios } from "@/ui/Radios";
import { Block } from "./Block";
import { PreferenceField } from "./PreferenceField";
import { SettingField } from "./SettingField";
import styles from "./SettingField.module.css";
import type { Scope } from "./usePreference";

const LOOK = ["theme", "lang", "density"];
const PICTURES = ["nsfw_cover", "nsfw_hide", "previews"];
const BEHAVIOUR = ["shortcuts", "notify"];

/** How the app looks and behaves: in this browser, or in every browser that has chosen nothing itself. */
export function AppearanceSection() {
  const { t } = useWords();
  const [scope, setScope] = useState<Scope>("here");
  const [isLocked, setLocked] = useStored(locked);
  return (
    <>
      <Radios
        label={t("web.settings.scope")}
        help={t(scope === "here" ? "web.settings.scope-here-help" : "web.settings.scope-all-help")}
        choices={[
          { value: "here", words: t("web.settings.scope-here") },
          { value: "all", words: t("web.settings.scope-all") },
        ]}
        value={scope}
        onChange={(next) => setScope(next as Scope)}
      />
      <Block title={t("web.settings.look")}>
        <Either scope={scope} of={LOOK} />
      </Block>
      <Block title={t("web.settings.pictures")} lead={t("web.settings.pictures-lead")} anchor="nsfw">
        <Either scope={scope} of={PICTURES}>
          {scope === "here" && (
            <div className={styles.setting}>
              <Switch
                label={t("web.settings.lock")}
                help={t("web.settings.lock-help")}
                checked={isLocked}
                onChange={setLocked}
              />
            </div>
          )}
        </Either>
      </Block>
      <Block title={t("web.settings.behaviour")}>
        <Either scope={scope} of={BEHAVIOUR} />
      </Block>
    </>
  );
}

/** Each setting for this browser where it is a preference, else for all. */
function Either({ scope, of, children }: { scope: Scope; of: readonly string[]; children?: ReactNode }) {
  const { data } = useSettings();
  const found = of.flatMap((name): Setting[] => data?.settings.filter((each) => each.name === name) ?? []);
  return (
    <div>
      {found.map((each) =>
        scope === "here" && each.name in PREFERENCES ? (
          <PreferenceField key={each.name} setting={each} />
        ) : (
          <SettingField key={each.name} setting={each} />
        ),
      )}
      {children}
    </div>
  );
}
