import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function LibraryPage() {
  const { t } = useWords();
  return <Page title={t("web.library.title")}>{null}</Page>;
}
