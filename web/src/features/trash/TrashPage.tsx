import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function TrashPage() {
  const { t } = useWords();
  return <Page title={t("web.trash.title")}>{null}</Page>;
}
