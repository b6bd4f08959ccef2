import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useFamilies, useFamilyName } from "@/api/about";
import { Refused } from "@/api/client";
import { type ModelRecord, modelQuery } from "@/api/models";
import { queries } from "@/api/queries";
import { editModel, type FieldOrigin, forgetRecord, type RecordEdit } from "@/api/record";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { SelectField, Switch, TextArea, TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./EditSheet.module.css";
import { differing, undoOf } from "./edits";
import { FIELDS, type Field, isSame, KINDS, RATINGS, readAs, typedOf } from "./fields";

/** What is wanted of a field: a text that was typed, or that one's own word is taken back. */
type Draft = Record<string, { typed: string } | "reset" | undefined>;

/** All fields of a record: where each value is from, what else was said of it, and one's own word for it. */
export default function EditSheet({ record, onClose }: { record: ModelRecord; onClose: () => void }) {
  const { t } = useWords();
  const report = useReport();
  // What was seen when the sheet opened: what changes meanwhile is shown, and never silently lost.
  const [seen, setSeen] = useState(record);
  const [draft, setDraft] = useState<Draft>({});
  const [news, setNews] = useState<string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const wrong = useProblem(problem);
  const edit = editOf(seen, draft);
  const isNothing = Object.keys(edit.set ?? {}).length + (edit.reset?.length ?? 0) === 0;
  const invalid = FIELDS.find((field) => isInvalid(field, draft[field.name]));

  async function save() {
    setBusy(true);
    setProblem(undefined);
    try {
      await editModel(seen.id, edit, seen.updated_at);
      const undo = undoOf(seen, edit);
      const back = () => void report(() => editModel(seen.id, undo));
      toast({ text: t("web.model.saved"), action: { label: t("web.app.undo"), run: back } });
      onClose();
    } catch (told) {
      if (told instanceof Refused && told.code === "changed-meanwhile") await catchUp();
      else setProblem(told);
    }
    setBusy(false);
  }

  async function catchUp() {
    await forgetRecord(seen.id);
    const now = await queries.fetchQuery(modelQuery(seen.id));
    setNews(differing(seen, now));
    setSeen(now);
  }

  return (
    <Sheet
      wide
      title={t("web.model.edit")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button
            look="primary"
            busy={isBusy}
            disabled={isNothing || invalid !== undefined}
            onClick={() => void save()}
          >
            {news.length ? t("web.model.save-anyway") : t("web.library.save")}
          </Button>
        </>
      }
    >
      <div className={styles.fields}>
        {news.length > 0 && (
          <p role="alert" className={styles.news}>
            {t("web.model.conflict-fields", { names: news.map((each) => fieldName(t, each)).join(", ") })}
          </p>
        )}
        {problem !== undefined && (
          <p role="alert" className={styles.problem}>
            {wrong.sentence}. {wrong.hint}
          </p>
        )}
        {(seen.conflicts ?? []).length > 0 && (
          <div className={styles.news}>
            <p>{t("web.model.disagree")}</p>
            <ul>
              {seen.conflicts?.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        )}
        {FIELDS.map((field) => (
          <EditField
            key={field.name}
            field={field}
            origin={seen.fields?.[field.name]}
            wanted={draft[field.name]}
            isNew={news.includes(field.name)}
            onWant={(wanted) => setDraft((now) => ({ ...now, [field.name]: wanted }))}
          />
        ))}
      </div>
    </Sheet>
  );
}

type Translate = ReturnType<typeof useWords>["t"];
const fieldName = (t: Translate, name: string) => t(`web.model.fields.${name}` as Parameters<Translate>[0]);

const isInvalid = (field: Field, wanted: Draft[string] | undefined) =>
  typeof wanted === "object" && readAs(wanted.typed, field) === undefined;

/** What is asked of the server: only what differs from what is there. */
function editOf(record: ModelRecord, draft: Draft): RecordEdit {
  const set: Record<string, unknown> = {};
  const reset: string[] = [];
  for (const field of FIELDS) {
    const wanted = draft[field.name];
    if (wanted === "reset") reset.push(field.name);
    else if (wanted) {
      const value = readAs(wanted.typed, field);
      if (value !== undefined && !isSame(value, record.fields?.[field.name]?.value)) set[field.name] = value;
    }
  }
  return { set, reset };
}

interface EditFieldProps {
  field: Field;
  origin: FieldOrigin | undefined;
  wanted: Draft[string] | undefined;
  isNew: boolean;
  onWant: (wanted: Draft[string]) => void;
}

function EditField({ field, origin, wanted, isNew, onWant }: EditFieldProps) {
  const { t, maybe } = useWords();
  const said = origin ?? { origin: null };
  const beneath = "imported" in said && wanted !== "reset" ? said.imported : said.source;
  const shown = wanted === "reset" ? typedOf(said.source) : (wanted?.typed ?? typedOf(said.value));
  const isMine = wanted !== "reset" && ("user" in said || typeof wanted === "object");
  const from = wanted === "reset" ? undefined : said.origin;
  const words = from ? maybe(`origins.${from}`, { file: said.file ?? "" }) : undefined;
  const help = [words && t("web.model.from", { who: words }), isNew && t("web.model.is-new")]
    .filter(Boolean)
    .join(" · ");
  return (
    <div className={styles.field} data-new={isNew || undefined}>
      <Input
        field={field}
        shown={shown}
        help={help}
        isWrong={isInvalid(field, wanted)}
        onType={(typed) => onWant({ typed })}
      />
      <Others field={field} said={said} beneath={beneath} isMine={isMine} onWant={onWant} />
    </div>
  );
}

interface OthersProps {
  field: Field;
  said: FieldOrigin;
  beneath: unknown;
  isMine: boolean;
  onWant: EditFieldProps["onWant"];
}

/** What others say of a field, where that is something else than what counts; each can be chosen. */
function Others({ field, said, beneath, isMine, onWant }: OthersProps) {
  const { t } = useWords();
  const show = useShown(field);
  const isImported = said.origin === "imported";
  const isSaid = "user" in said || isImported;
  if (!isMine && !isImported) return null;
  const differs = !isSame(beneath, said.value) || !isSame(said.source, said.value);
  const text = show(said.source);
  return (
    <p className={styles.others}>
      {differs && <span>{text ? t("web.model.beneath", { value: text }) : t("web.model.nothing-beneath")}</span>}
      <Button small look="quiet" icon={RotateCcw} onClick={() => onWant(isSaid ? "reset" : undefined)}>
        {t("web.model.reset-field", { name: fieldName(t, field.name) })}
      </Button>
      {"imported" in said && said.origin === "user" && !isSame(said.imported, said.value) && (
        <Button small look="quiet" onClick={() => onWant({ typed: typedOf(said.imported) })}>
          {t("web.model.use-imported", { value: show(said.imported) })}
        </Button>
      )}
    </p>
  );
}

const LONGEST = 160;

/** A value in words, short enough to stand beside its field. */
function useShown(field: Field) {
  const { t } = useWords();
  const labels = useLabels();
  const familyName = useFamilyName();
  return (value: unknown): string => {
    if (field.typed === "family") return familyName(typedOf(value));
    if (field.typed === "kind") return labels.kind(String(value ?? "unknown"));
    if (field.typed === "yes") return value ? t("web.model.yes") : t("web.model.no");
    const text = Array.isArray(value) ? value.join(", ") : typedOf(value).replace(/<[^>]*>/g, " ");
    const plain = text.replace(/\s+/g, " ").trim();
    return plain.length > LONGEST ? `${plain.slice(0, LONGEST)} …` : plain;
  };
}

interface InputProps {
  field: Field;
  shown: string;
  help: string;
  isWrong: boolean;
  onType: (typed: string) => void;
}

function Input({ field, shown, help, isWrong, onType }: InputProps) {
  const { t } = useWords();
  const labels = useLabels();
  const { data: families = [] } = useFamilies();
  const label = fieldName(t, field.name);
  const wrong = isWrong ? t("web.model.not-a-value") : undefined;
  const frame = { label, help: help || undefined, wrong };
  const onChange = (event: { target: { value: string } }) => onType(event.target.value);
  switch (field.typed) {
    case "kind":
      return (
        <SelectField
          {...frame}
          value={shown}
          onChange={onChange}
          options={[
            ...(KINDS.some((each) => each === shown) ? [] : ([[shown, labels.kind(shown)]] as const)),
            ...KINDS.map((each) => [each, labels.kind(each)] as const),
          ]}
        />
      );
    case "family": {
      const isKnown = !shown || families.some((each) => each.name === shown);
      return (
        <SelectField
          {...frame}
          value={shown}
          onChange={onChange}
          options={[
            ["", t("web.values.none")],
            ...(isKnown ? [] : ([[shown, shown]] as const)),
            ...families.map((each) => [each.name, each.label] as const),
          ]}
        />
      );
    }
    case "level": {
      const known = RATINGS.some(([, level]) => String(level) === shown);
      return (
        <SelectField
          {...frame}
          value={shown}
          onChange={onChange}
          options={[
            ["", t("web.values.none")],
            ...(known || !shown ? [] : ([[shown, shown]] as const)),
            ...RATINGS.map(([name, level]) => [String(level), labels.value("nsfw", name)] as const),
          ]}
        />
      );
    }
    case "yes":
      return (
        <Switch
          label={label}
          help={help || undefined}
          checked={shown === "true"}
          onChange={(checked) => onType(String(checked))}
        />
      );
    case "area":
    case "list":
      return (
        <TextArea
          {...frame}
          help={[field.typed === "list" && t("web.model.one-a-line"), help].filter(Boolean).join(" · ") || undefined}
          rows={field.name === "description" ? 6 : 3}
          value={shown}
          onChange={onChange}
        />
      );
    default:
      return (
        <TextField
          {...frame}
          inputMode={field.typed === "number" ? "decimal" : undefined}
          value={shown}
          onChange={onChange}
        />
      );
  }
}
