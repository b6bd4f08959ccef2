import { useLayoutEffect, useRef, useState } from "react";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Prose } from "@/ui/Prose";
import styles from "./Description.module.css";
import { Section } from "./Section";

/** What the maker says of a model; a long text is folded. */
export function Description({ record }: { record: ModelRecord }) {
  const { t } = useWords();
  const text = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isLong, setLong] = useState(false);
  const format = record.description_format === "markdown" ? "markdown" : "html";
  useLayoutEffect(() => {
    const shown = text.current;
    if (!shown) return;
    const measure = () => setLong(shown.scrollHeight > shown.clientHeight + 4);
    if (!isOpen) measure();
    const observer = new ResizeObserver(() => isOpen || measure());
    observer.observe(shown);
    return () => observer.disconnect();
  }, [isOpen]);
  if (!record.description?.trim() && !record.version_description?.trim()) return null;
  return (
    <Section title={t("web.model.description")}>
      <div ref={text} className={styles.text} data-folded={!isOpen || undefined} data-long={isLong || undefined}>
        {record.description && <Prose text={record.description} format={format} />}
        {record.version_description && (
          <>
            <h3>{t("web.model.version-description")}</h3>
            <Prose text={record.version_description} format="html" />
          </>
        )}
      </div>
      {isLong && (
        <p>
          <Button small aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? t("web.model.less") : t("web.model.more")}
          </Button>
        </p>
      )}
    </Section>
  );
}
