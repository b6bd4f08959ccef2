import { useQuery } from "@tanstack/react-query";
import { tokensQuery } from "@/api/tokens";
import { useWords } from "@/i18n";
import { Failure } from "@/ui/State";
import { KeyCard } from "./KeyCard";
import styles from "./KeyCard.module.css";

/** One card for each source that takes a key. */
export function KeysSection() {
  const { t } = useWords();
  const { data = [], error, refetch } = useQuery(tokensQuery);
  if (error) return <Failure problem={error} retry={() => void refetch()} />;
  return (
    <>
      <p className={styles.lead}>{t("web.settings.keys-lead")}</p>
      {data.map((each) => (
        <KeyCard key={each.name} held={each} />
      ))}
    </>
  );
}
