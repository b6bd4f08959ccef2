import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function ModelPage() {
  const { t } = useWords();
  return <Page title={t("web.model.title")}>{null}</Page>;
}
