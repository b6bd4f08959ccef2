import type { Download } from "@/api/downloads";
import { useWords } from "@/i18n";
import styles from "./Row.module.css";

/** What was promised and what came, file by file, where they differ. */
export function Hashes({ download }: { download: Download }) {
  const { t } = useWords();
  const files = (download.files ?? []).filter((each) => each.verified === "mismatch" || differs(each));
  const facts = download.reason?.facts ?? {};
  const told = files.map((each) => ({ name: each.name, promised: each.expected_sha256, came: each.sha256 }));
  if (!told.length && facts.expected)
    told.push({
      name: String(facts.file ?? download.name ?? ""),
      promised: String(facts.expected),
      came: String(facts.actual ?? ""),
    });
  if (!told.length) return null;
  return (
    <dl className={styles.hashes}>
      {told.map((each) => (
        <div key={each.name}>
          <dt>{each.name}</dt>
          <dd>
            <span>{t("web.downloads.hash-promised")}</span> <code>{each.promised}</code>
          </dd>
          <dd>
            <span>{t("web.downloads.hash-came")}</span> <code>{each.came}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const differs = (file: { sha256?: string | null; expected_sha256?: string | null }) =>
  Boolean(file.sha256 && file.expected_sha256 && file.sha256 !== file.expected_sha256);
