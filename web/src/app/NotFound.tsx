import { Compass } from "lucide-react";
import { Link } from "wouter";
import { useWords } from "@/i18n";
import { Page } from "@/ui/Page";
import { State } from "@/ui/State";

export function NotFound() {
  const { t } = useWords();
  return (
    <Page title={t("web.app.not-found")}>
      <State
        icon={Compass}
        title={t("web.app.not-found")}
        actions={
          <Link className="target" href="/library">
            {t("web.app.home")}
          </Link>
        }
      >
        <p>{t("web.app.not-found-hint")}</p>
      </State>
    </Page>
  );
}
