import type { Preview } from "@/api/downloads";
import { useWords } from "@/i18n";
import styles from "./LinkCard.module.css";
import { termsOf } from "./terms";

const SHOWN_WORDS = ["kind", "family", "base model", "name", "creator", "version"];

/** What a download would bring and where it would go, fact by fact. */
export function Facts({ preview, size }: { preview: Preview; size: number | null }) {
  const { t, format } = useWords();
  const { listing, target, files } = preview;
  const used = SHOWN_WORDS.filter((word) => target.rule.includes(`{${word}`) && target.because[word]);
  const because = format.list(used.map((word) => `${word} = ${target.because[word]}`));
  const hasHash = files.length > 0 && files.every((each) => each.digests.sha256);
  const isExact = files.every((each) => each.size_exact);
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{t("web.add.size")}</dt>
        <dd className="tabular">
          {size === null ? t("web.add.size-unknown") : `${isExact ? "" : "≈ "}${format.bytes(size)}`}
          <span className={styles.aside}>{t("web.add.free", { free: preview.free })}</span>
        </dd>
      </div>
      <div>
        <dt>{t("web.add.folder")}</dt>
        <dd>
          <code>{target.folder}</code>
          <span className={styles.aside} title={because}>
            {t("web.add.rule", { rule: target.rule })}
          </span>
        </dd>
      </div>
      {files.length === 1 && files[0] && (
        <div>
          <dt>{t("web.add.file")}</dt>
          <dd>{files[0].name}</dd>
        </div>
      )}
      {files.length > 0 && (
        <div>
          <dt>{t("web.add.check")}</dt>
          <dd>{t(hasHash ? "web.add.hash-published" : "web.add.hash-none")}</dd>
        </div>
      )}
      <Terms license={listing.license} />
    </dl>
  );
}

function Terms({ license }: { license: Record<string, unknown> | undefined }) {
  const { t, maybe, format } = useWords();
  const { name, terms } = termsOf(license);
  if (!name && !terms.length) return null;
  return (
    <div>
      <dt>{t("web.add.terms")}</dt>
      <dd>
        {name}
        {terms.length > 0 && (
          <span className={name ? styles.aside : undefined}>
            {format.list(terms.map((each) => maybe(`license.${each}`) ?? each))}
          </span>
        )}
      </dd>
    </div>
  );
}
