import { useQuery } from "@tanstack/react-query";
import { usageQuery } from "@/api/overview";
import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";
import { Failure } from "@/ui/State";
import { Attention } from "./Attention";
import styles from "./DashboardPage.module.css";
import { Drives } from "./Drives";
import { Kinds } from "./Kinds";
import { News } from "./News";
import { Running } from "./Running";
import { Welcome } from "./Welcome";

/** What is running, what is new, where the room goes, what needs a look; a welcome where nothing is yet. */
export default function DashboardPage() {
  const { t } = useWords();
  const { data: usage, error, refetch } = useQuery(usageQuery);
  const total = usage?.total;
  const isEmpty = total?.count === 0;
  return (
    <Page
      title={isEmpty ? t("web.dashboard.begin") : t("web.dashboard.title")}
      lead={
        isEmpty
          ? t("web.dashboard.begin-hint")
          : total
            ? t("web.dashboard.lead", { count: total.count, bytes: total.bytes })
            : " "
      }
    >
      {error && !usage && <Failure problem={error} retry={() => void refetch()} />}
      {isEmpty && <Welcome />}
      <div className={styles.tiles}>
        <Running />
        <Attention />
        {usage && <Drives usage={usage} />}
        {!isEmpty && <News />}
        {usage && !isEmpty && <Kinds usage={usage} />}
      </div>
    </Page>
  );
}
