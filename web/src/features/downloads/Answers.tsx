import { useState } from "react";
import { Link } from "wouter";
import { changeDownload, type Download } from "@/api/downloads";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { useReport } from "@/ui/useReport";
import styles from "./Row.module.css";

const WAYS = ["skip", "overwrite", "link"] as const;

/** The library has it already: what is to be done. */
export function Answers({ download }: { download: Download }) {
  const { t } = useWords();
  const report = useReport();
  const [chosen, setChosen] = useState<string>();
  const answer = async (way: (typeof WAYS)[number]) => {
    setChosen(way);
    await report(() => changeDownload(download.id, { on_duplicate: way }));
    setChosen(undefined);
  };
  const known = download.duplicate_of?.id;
  return (
    <div className={styles.buttons}>
      {WAYS.map((way) => (
        <Button key={way} small busy={chosen === way} onClick={() => void answer(way)}>
          {t(`web.downloads.answer-${way}`)}
        </Button>
      ))}
      {typeof known === "string" && <Link href={`/models/${known}`}>{t("web.downloads.show-model")}</Link>}
    </div>
  );
}
