import { useQuery } from "@tanstack/react-query";
import { FolderSearch } from "lucide-react";
import { rootsQuery } from "@/api/roots";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/State";
import { AdoptForm } from "./AdoptForm";
import { Block } from "./Block";
import { Doctor } from "./Doctor";
import { Fields } from "./Fields";
import { FirstUse } from "./FirstUse";
import { RootRow } from "./RootRow";
import styles from "./Roots.module.css";
import { RunningTasks } from "./RunningTasks";
import { Upkeep } from "./Upkeep";
import { useTending } from "./useTending";

const SCANS = ["scan", "names", "headers", "hashes", "hash", "rebuild", "match"];

/** The folders that are looked after, what can be done with all of them, and whether all is well. */
export function LibrarySection() {
  const { t } = useWords();
  const { data: roots, error, refetch } = useQuery(rootsQuery);
  const { begin } = useTending();
  return (
    <>
      <FirstUse roots={roots} onScan={() => void begin("scan")} />
      <Block
        title={t("web.settings.folders")}
        lead={t("web.settings.folders-lead")}
        anchor="folders"
        actions={
          <Button icon={FolderSearch} onClick={() => void begin("scan")}>
            {t("web.settings.scan-all")}
          </Button>
        }
      >
        {error && <Failure problem={error} retry={() => void refetch()} />}
        <RunningTasks kinds={SCANS} />
        <ul className={styles.list}>
          {roots?.map((each) => (
            <RootRow key={each.id} root={each} onScan={() => void begin("scan", [each.path])} />
          ))}
        </ul>
      </Block>
      <AdoptForm />
      <Block title={t("web.settings.library-settings")}>
        <Fields of="library" />
      </Block>
      <Upkeep begin={begin} />
      <Doctor begin={begin} />
    </>
  );
}
