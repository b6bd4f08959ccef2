import { useWords } from "@/i18n";
import { SelectField, Switch, TextField } from "@/ui/Field";
import { Radios } from "@/ui/Radios";
import type { Choice } from "./choice";

interface AppOptionsProps {
  choice: Choice;
  change: (part: Partial<Choice>) => void;
  /** What the app is called when nobody says anything else. */
  title: string;
  methods: readonly string[];
  byConfig: boolean;
  /** Why its version is asked for; nothing where it is not. */
  versionHelp: string | undefined;
}

/** How an app is treated: its name, how it gets its links, whether they follow the library. */
export function AppOptions({ choice, change, title, methods, byConfig, versionHelp }: AppOptionsProps) {
  const { t, maybe } = useWords();
  const kinds = ["auto", ...methods, "copy"].filter((each, at, all) => all.indexOf(each) === at);
  return (
    <>
      <TextField
        label={t("web.apps.name")}
        help={t("web.apps.name-help", { title })}
        value={choice.title}
        maxLength={60}
        autoComplete="off"
        onChange={(event) => change({ title: event.target.value })}
      />
      {versionHelp && (
        <TextField
          label={t("web.apps.version-label")}
          help={versionHelp}
          value={choice.version}
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
          placeholder="1.0.0"
          onChange={(event) => change({ version: event.target.value })}
        />
      )}
      {byConfig && (
        <Radios
          label={t("web.apps.way")}
          help={t("web.apps.ways-help")}
          choices={(["links", "config"] as const).map((value) => ({ value, words: t(`web.apps.ways.${value}`) }))}
          value={choice.way}
          onChange={(way) => change({ way: way as Choice["way"] })}
        />
      )}
      {choice.way === "links" && (
        <SelectField
          label={t("web.apps.method")}
          help={maybe(`web.apps.methods-help.${choice.method}`)}
          options={kinds.map((each) => [each, maybe(`web.apps.methods.${each}`) ?? each] as const)}
          value={choice.method}
          onChange={(event) => change({ method: event.target.value as Choice["method"] })}
        />
      )}
      <Switch
        label={t("web.apps.follows")}
        help={t("web.apps.follows-help")}
        checked={choice.auto}
        onChange={(auto) => change({ auto })}
      />
    </>
  );
}
