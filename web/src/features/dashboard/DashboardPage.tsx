import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function DashboardPage() {
  const { t } = useWords();
  return <Page title={t("web.dashboard.title")}>{null}</Page>;
}
