import { Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Section } from "./Section";
import type { Change } from "./useRecordEdit";
import styles from "./Words.module.css";

/** The tags of a model: each leads to all models that have it; more can be put on, and taken off. */
export function Tags({ record, change }: { record: ModelRecord; change: Change }) {
  const { t } = useWords();
  const [typed, setTyped] = useState<string>();
  const opener = useRef<HTMLButtonElement>(null);
  const tags = record.tags ?? [];
  function close() {
    setTyped(undefined);
    requestAnimationFrame(() => opener.current?.focus());
  }
  function add() {
    const wanted = (typed ?? "").split(",").map((each) => each.trim());
    const fresh = wanted.filter((each) => each && !tags.includes(each));
    if (fresh.length > 0) void change({ add_tags: fresh }, t("web.model.tagged", { name: fresh.join(", ") }));
    close();
  }
  return (
    <Section
      title={t("web.facets.tag")}
      actions={
        typed === undefined && (
          <Button ref={opener} small look="quiet" icon={Plus} onClick={() => setTyped("")}>
            {t("web.model.add-tag")}
          </Button>
        )
      }
    >
      {tags.length > 0 && (
        <ul className={styles.words}>
          {tags.map((tag) => (
            <li key={tag} className={styles.tag}>
              <Link href={`/library?tag=${encodeURIComponent(tag)}`}>
                <bdi>{tag}</bdi>
              </Link>
              <button
                type="button"
                title={t("web.model.remove-tag", { name: tag })}
                onClick={() => void change({ remove_tags: [tag] }, t("web.model.untagged", { name: tag }))}
              >
                <X size={14} aria-hidden />
                <span className="visually-hidden">{t("web.model.remove-tag", { name: tag })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {typed !== undefined && (
        <form
          className={styles.add}
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextField
            bare
            label={t("web.library.tags-add")}
            placeholder={t("web.library.tags-help")}
            value={typed}
            autoFocus
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") close();
            }}
          />
          <Button type="submit" disabled={!typed.trim()}>
            {t("web.model.add")}
          </Button>
          <Button look="quiet" onClick={close}>
            {t("web.app.cancel")}
          </Button>
        </form>
      )}
      {tags.length === 0 && typed === undefined && <p className={styles.none}>{t("web.model.no-tags")}</p>}
    </Section>
  );
}
