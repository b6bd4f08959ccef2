import { SearchX } from "lucide-react";
import { Link } from "wouter";
import { type Settings, useSettings } from "@/api/settings";
import { useWords } from "@/i18n";
import { PREFERENCES } from "@/lib/preferences";
import { State } from "@/ui/State";
import { Block } from "./Block";
import { PreferenceField } from "./PreferenceField";
import { SettingField } from "./SettingField";
import styles from "./SettingsPage.module.css";
import { fits, PLACES, settingFits } from "./search";
import { type Section, sectionOf } from "./sections";

interface ResultsProps {
  typed: string;
  sections: readonly Section[];
  nameOf: (section: Section) => string;
  onGo: () => void;
}

/** Whatever fits the typed words, section by section: fields can be changed where they are found. */
export function Results({ typed, sections, nameOf, onGo }: ResultsProps) {
  const { t } = useWords();
  const { data } = useSettings();
  const found = sections
    .map((section) => ({
      section,
      fields: (data?.settings ?? []).filter((each) => sectionOf(each) === section.name && settingFits(typed, each)),
      places: PLACES.filter((each) => each.section === section.name && fits(typed, [t(each.title), t(each.words)])),
    }))
    .filter((each) => each.fields.length || each.places.length);
  if (found.length === 0)
    return (
      <State icon={SearchX} title={t("web.settings.nothing")}>
        <p>{t("web.settings.nothing-hint")}</p>
      </State>
    );
  return found.map(({ section, fields, places }) => (
    <Block key={section.name} title={nameOf(section)}>
      {places.length > 0 && (
        <ul className={styles.places}>
          {places.map((each) => (
            <li key={each.title}>
              <Link href={`/settings/${each.section}${each.anchor ? `#${each.anchor}` : ""}`} onClick={onGo}>
                {t(each.title)}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {fields.length > 0 && <Found fields={fields} />}
    </Block>
  ));
}

function Found({ fields }: { fields: Settings["settings"] }) {
  return (
    <div>
      {fields.map((each) =>
        each.name in PREFERENCES ? (
          <PreferenceField key={each.name} setting={each} />
        ) : (
          <SettingField key={each.name} setting={each} />
        ),
      )}
    </div>
  );
}
