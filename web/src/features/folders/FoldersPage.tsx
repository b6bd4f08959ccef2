import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function FoldersPage() {
  const { t } = useWords();
  return <Page title={t("web.folders.title")}>{null}</Page>;
}
