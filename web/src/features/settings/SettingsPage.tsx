import { useEffect, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { type Settings, useSettings } from "@/api/settings";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { SelectField } from "@/ui/Field";
import { useTitle } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Failure } from "@/ui/State";
import { Block } from "./Block";
import { Fields } from "./Fields";
import { Results } from "./Results";
import styles from "./SettingsPage.module.css";
import { type Section, sectionsOf } from "./sections";

/** Everything that can be set, by section, or by typed words. */
export default function SettingsPage() {
  const { t } = useWords();
  const [, go] = useLocation();
  const { section: wanted } = useParams<{ section?: string }>();
  const { data, error, refetch } = useSettings();
  const [typed, setTyped] = useState("");
  const sections = sectionsOf(data);
  const section = sections.find((each) => each.name === wanted) ?? sections[0];
  const nameOf = ({ title }: Section) => (typeof title === "string" ? t(title) : title.told);
  const name = section ? nameOf(section) : "";
  const words = typed.trim();
  useTitle(`${name} · ${t("web.settings.title")}`);
  useAnchor(section?.name, Boolean(data));
  if (error && !data) return <Failure problem={error} retry={() => void refetch()} />;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t("web.settings.title")}</h1>
        <SearchBox typed={typed} onType={setTyped} />
      </header>
      <nav className={styles.nav} aria-label={t("web.settings.sections-label")}>
        <ul>
          {sections.map((each) => (
            <li key={each.name}>
              <Link
                href={`/settings/${each.name}`}
                className={styles.entry}
                aria-current={each === section && !words ? "page" : undefined}
                onClick={() => setTyped("")}
              >
                <each.icon size={18} aria-hidden />
                {nameOf(each)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.choose}>
        <SelectField
          label={t("web.settings.section")}
          value={section?.name}
          options={sections.map((each) => [each.name, nameOf(each)] as const)}
          onChange={(event) => {
            setTyped("");
            go(`/settings/${event.target.value}`);
          }}
        />
      </div>
      <div className={styles.content}>
        <h2>{words ? t("web.settings.results", { name: words }) : name}</h2>
        {words ? (
          <Results typed={words} sections={sections} nameOf={nameOf} onGo={() => setTyped("")} />
        ) : (
          section && <Content key={section.name} section={section} data={data} />
        )}
      </div>
    </div>
  );
}

function Content({ section, data }: { section: Section; data: Settings | undefined }) {
  const { t } = useWords();
  if (section.content) return <section.content />;
  if (!data) return null;
  return (
    <Block title={t("web.settings.fields")} lead={t("web.settings.fields-lead")}>
      <Fields of={section.name as Settings["settings"][number]["section"]} />
    </Block>
  );
}

function SearchBox({ typed, onType }: { typed: string; onType: (text: string) => void }) {
  const { t } = useWords();
  return (
    <SearchField
      label={t("web.settings.search")}
      clearLabel={t("web.settings.search-clear")}
      action={{ id: "settings:search", name: "web.settings.search" }}
      className={styles.search}
      value={typed}
      onType={(text) => {
        onType(text);
        if (text.trim()) announce(t("web.settings.searched"), "settings:search");
      }}
    />
  );
}

/** A link may lead to a part of a section: it comes into sight once it is there. */
function useAnchor(section: string | undefined, isReady: boolean) {
  useEffect(() => {
    if (!section || !isReady) return;
    const anchor = window.location.hash.slice(1);
    const target = anchor ? document.getElementById(anchor) : undefined;
    if (target) target.scrollIntoView({ block: "start" });
    else document.getElementById("main")?.scrollTo({ top: 0 });
  }, [section, isReady]);
}
