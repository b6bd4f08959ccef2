import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function DownloadsPage() {
  const { t } = useWords();
  return <Page title={t("web.downloads.title")}>{null}</Page>;
}
