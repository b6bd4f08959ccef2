import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Settings2, Trash2, Unlink } from "lucide-react";
import { useId } from "react";
import { Link, useLocation } from "wouter";
import { type App, changeApp, standQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Switch } from "@/ui/Field";
import { useProblem } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./AppCard.module.css";
import type { SheetName } from "./AppSheets";
import { Notes } from "./Notes";
import { notesOf } from "./stand";

/** One app: what it is, how many links it has, how it stands, and what can be done about that. */
export function AppCard({ app, onSheet }: { app: App; onSheet: (sheet: SheetName) => void }) {
  const { t } = useWords();
  const [, go] = useLocation();
  const id = useId();
  const follow = useFollow();
  const { data: plan, error } = useQuery({ ...standQuery(app.id), enabled: app.there });
  const notes = notesOf(app, plan);
  return (
    <article className={styles.card} aria-labelledby={id}>
      <header className={styles.head}>
        <h2 id={id}>
          <Link href={`/apps/${app.id}`}>
            <bdi>{app.title}</bdi>
          </Link>
        </h2>
        <Facts app={app} />
      </header>
      <p className={styles.path}>
        <code>{app.path}</code>
      </p>
      <div className={styles.state} aria-busy={app.there && !plan && !error}>
        {error ? <Problem problem={error} /> : notes.length > 0 ? <Notes notes={notes} /> : t("web.apps.looking")}
      </div>
      <Switch label={t("web.apps.follows")} checked={app.auto} onChange={(auto) => void follow(app, auto)} />
      <div className={styles.actions}>
        {app.there && (
          <Button
            small
            look={plan?.work ? "primary" : "plain"}
            icon={ArrowRight}
            aria-label={`${plan?.work ? t("web.apps.review") : t("web.apps.see")}: ${app.title}`}
            onClick={() => go(`/apps/${app.id}`)}
          >
            {plan?.work ? t("web.apps.review") : t("web.apps.see")}
          </Button>
        )}
        <Button
          small
          look="quiet"
          icon={Settings2}
          aria-label={t("web.apps.settings-of", { title: app.title })}
          onClick={() => onSheet("settings")}
        >
          {t("web.apps.settings")}
        </Button>
        {app.there && (app.links > 0 || app.way === "config") && (
          <Button small look="quiet" icon={Unlink} onClick={() => onSheet("unlink")}>
            {t("web.apps.unlink")}
          </Button>
        )}
        <Button
          small
          look="quiet"
          icon={Trash2}
          aria-label={t("web.apps.remove-of", { title: app.title })}
          onClick={() => onSheet("remove")}
        >
          {t("web.apps.remove")}
        </Button>
      </div>
    </article>
  );
}

/** Version, how many links, and how they are made. */
export function Facts({ app }: { app: App }) {
  const { t, maybe } = useWords();
  const method = app.method === "auto" ? undefined : maybe(`links.method.${app.method}`);
  return (
    <p className={styles.facts}>
      <Chip>{app.version ? t("web.apps.version", { version: app.version }) : t("web.apps.no-version")}</Chip>
      {app.way === "links" && <Chip>{t("web.apps.links", { count: app.links })}</Chip>}
      {app.way === "config" && <Chip>{t("web.apps.way-short.config")}</Chip>}
      {app.way === "links" && method && <Chip>{method}</Chip>}
    </p>
  );
}

function Problem({ problem }: { problem: unknown }) {
  const told = useProblem(problem);
  return (
    <p>
      {told.sentence}. {told.hint}
    </p>
  );
}

/** Whether an app's links follow the library: at once, with a way back. */
export function useFollow() {
  const { t } = useWords();
  const report = useReport();
  return async function follow(app: Pick<App, "id" | "title">, auto: boolean): Promise<void> {
    await report(async () => {
      await changeApp(app.id, { auto });
      toast({
        text: t(auto ? "web.apps.followed" : "web.apps.unfollowed", { title: app.title }),
        action: { label: t("web.app.undo"), run: () => void report(() => changeApp(app.id, { auto: !auto })) },
      });
    });
  };
}
