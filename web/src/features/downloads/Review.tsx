import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useMemo, useState } from "react";
import { useFamilies } from "@/api/about";
import { changeDownload, type Download, finalizeDownload, targetQuery } from "@/api/downloads";
import { useWords } from "@/i18n";
import { KINDS } from "@/lib/kinds";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { useReport } from "@/ui/useReport";
import { type Draft, draftOf, fieldsOf } from "./draft";
import styles from "./Review.module.css";

/** The registration before it is made: everything may be corrected, and one sees where the model would go. */
export function Review({ download }: { download: Download }) {
  const { t } = useWords();
  const report = useReport();
  const known = useMemo(() => draftOf(download), [download]);
  const [draft, setDraft] = useState<Draft>(known);
  const [isBusy, setBusy] = useState(false);
  const labels = useChoices(draft);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  /** What was typed is kept on the server, so that it is there tomorrow and on another device. */
  const keep = () => {
    const changed = fieldsOf(draft, known);
    if (Object.keys(changed).length && draft.name.trim())
      void report(() => changeDownload(download.id, { draft: changed }));
  };
  const place = async () => {
    setBusy(true);
    await report(() => finalizeDownload(download.id, fieldsOf(draft, known)));
    setBusy(false);
  };
  const field = (name: "name" | "version" | "base_model") => (
    <TextField
      label={t(`web.downloads.field.${name}`)}
      value={draft[name]}
      onChange={(event) => set({ [name]: event.target.value })}
      wrong={name === "name" && !draft.name.trim() ? t("web.downloads.name-missing") : undefined}
    />
  );
  return (
    <form
      className={styles.form}
      aria-label={t("web.downloads.review-of", { name: download.name ?? download.link })}
      onBlur={keep}
      onSubmit={(event) => {
        event.preventDefault();
        void place();
      }}
    >
      <div className={styles.fields}>
        {field("name")}
        {field("version")}
        <SelectField
          label={t("web.downloads.field.kind")}
          options={labels.kinds}
          value={draft.kind}
          onChange={(event) => set({ kind: event.target.value })}
        />
        <SelectField
          label={t("web.downloads.field.family")}
          options={labels.families}
          value={draft.family}
          onChange={(event) => set({ family: event.target.value })}
        />
        {field("base_model")}
        <Words label={t("web.downloads.field.tags")} words={draft.tags} onChange={(tags) => set({ tags })} />
        <Words
          label={t("web.downloads.field.trained_words")}
          words={draft.trained_words}
          onChange={(trained_words) => set({ trained_words })}
        />
      </div>
      <div className={styles.foot}>
        <Target id={download.id} draft={draft} known={known} />
        <Button type="submit" look="primary" icon={Check} busy={isBusy} disabled={!draft.name.trim()}>
          {t("web.downloads.place")}
        </Button>
      </div>
    </form>
  );
}

function useChoices(draft: Draft) {
  const { t, maybe } = useWords();
  const told = useFamilies().data;
  const kinds = KINDS.map((each) => [each, maybe(`web.kinds.${each}`) ?? each] as const);
  const families = (told ?? []).map((each) => [each.name, each.label] as const);
  const isKnown = !draft.family || families.some(([name]) => name === draft.family);
  const own = isKnown ? [] : [[draft.family, draft.family] as const];
  return { kinds, families: [["", t("web.downloads.family-unknown")] as const, ...own, ...families] };
}

/** Words with commas between them; they are taken apart when the field is left. */
function Words({ label, words, onChange }: { label: string; words: string[]; onChange: (words: string[]) => void }) {
  const { t } = useWords();
  const [text, setText] = useState(words.join(", "));
  const split = (typed: string) => [...new Set(typed.split(",").map((each) => each.trim()))].filter(Boolean);
  return (
    <TextField
      label={label}
      help={t("web.downloads.commas")}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(split(event.target.value));
      }}
    />
  );
}

function Target({ id, draft, known }: { id: string; draft: Draft; known: Draft }) {
  const { t } = useWords();
  const fields = fieldsOf(draft, known);
  const asked = Object.fromEntries(Object.entries(fields).filter(([, value]) => !Array.isArray(value)));
  const isSound = draft.name.trim() !== "";
  const target = useQuery({ ...targetQuery(id, asked), enabled: isSound }).data;
  return (
    <p className={styles.target}>
      <span>{t("web.downloads.folder")}</span> <code>{target?.folder ?? "…"}</code>
    </p>
  );
}
