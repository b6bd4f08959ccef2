import { Copy, ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { useAbout } from "@/api/about";
import { useWords } from "@/i18n";
import { copyText } from "@/lib/copy";
import { address } from "@/lib/place";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/State";
import styles from "./AboutSection.module.css";
import { Block } from "./Block";

/** What program this is, and where it keeps things. */
export function AboutSection() {
  const { t } = useWords();
  const { data, error, refetch } = useAbout();
  if (error) return <Failure problem={error} retry={() => void refetch()} />;
  if (!data) return null;
  return (
    <Block title={t("web.app.name")} lead={t("web.settings.about-lead")}>
      <dl className={styles.facts}>
        <Fact name={t("web.settings.version")}>{data.version}</Fact>
        <Fact name={t("web.settings.library-path")} copy={data.library}>
          <code>{data.library}</code>
        </Fact>
        <Fact name={t("web.settings.home-path")} copy={data.home}>
          <code>{data.home}</code>
        </Fact>
        <Fact name={t("web.settings.api")}>
          <a href={address("/api/docs")} target="_blank" rel="noreferrer">
            {t("web.settings.api-docs")} <ExternalLink size={14} aria-hidden />
            <span className="visually-hidden">{t("web.settings.new-tab")}</span>
          </a>
        </Fact>
        <Fact name={t("web.settings.licence")}>{t("web.settings.licence-mit")}</Fact>
      </dl>
    </Block>
  );
}

function Fact({ name, copy, children }: { name: string; copy?: string; children: ReactNode }) {
  const { t } = useWords();
  async function take(text: string) {
    const isDone = await copyText(text);
    toast(isDone ? { text: t("web.app.copied"), stays: 3000 } : { text: t("web.app.copy-failed"), tone: "bad" });
  }
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>
        {children}
        {copy && (
          <Button look="quiet" small icon={Copy} iconOnly onClick={() => void take(copy)}>
            {t("web.settings.copy", { name })}
          </Button>
        )}
      </dd>
    </div>
  );
}
