import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";

export default function SettingsPage() {
  const { t } = useWords();
  return <Page title={t("web.settings.title")}>{null}</Page>;
}
