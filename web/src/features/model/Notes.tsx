import { Pencil, Plus } from "lucide-react";
import { useRef, useState } from "react";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { TextArea } from "@/ui/Field";
import { Prose } from "@/ui/Prose";
import { Section } from "./Section";
import type { Change } from "./useRecordEdit";
import styles from "./Words.module.css";

/** What one says of a model oneself, in Markdown. */
export function Notes({ record, change }: { record: ModelRecord; change: Change }) {
  const { t } = useWords();
  const [typed, setTyped] = useState<string>();
  const opener = useRef<HTMLButtonElement>(null);
  const isEditing = typed !== undefined;
  function finish(isKept: boolean, isLeft = false) {
    setTyped(undefined);
    if (!isLeft) requestAnimationFrame(() => opener.current?.focus());
    const notes = typed?.trim() ?? "";
    if (!isKept || notes === (record.notes ?? "")) return;
    void change(notes ? { set: { notes } } : { reset: ["notes"] }, t("web.model.noted"));
  }
  return (
    <Section
      title={t("web.model.notes")}
      actions={
        !isEditing && (
          <Button
            ref={opener}
            small
            look="quiet"
            icon={record.notes ? Pencil : Plus}
            onClick={() => setTyped(record.notes ?? "")}
          >
            {record.notes ? t("web.model.edit-notes") : t("web.model.add-notes")}
          </Button>
        )
      }
    >
      {isEditing && (
        <form
          className="stack"
          onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || finish(true, true)}
          onSubmit={(event) => {
            event.preventDefault();
            finish(true);
          }}
        >
          <TextArea
            bare
            label={t("web.model.notes")}
            help={t("web.model.notes-help")}
            value={typed}
            autoFocus
            rows={5}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") finish(false);
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish(true);
            }}
          />
          <div className="row-end">
            <Button onClick={() => finish(false)}>{t("web.app.cancel")}</Button>
            <Button type="submit" look="primary">
              {t("web.library.save")}
            </Button>
          </div>
        </form>
      )}
      {!isEditing && record.notes && <Prose text={record.notes} format="markdown" />}
      {!isEditing && !record.notes && <p className={styles.none}>{t("web.model.no-notes")}</p>}
    </Section>
  );
}
