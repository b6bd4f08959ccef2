import { useQuery } from "@tanstack/react-query";
import { AppWindow, ArrowLeft, Compass, Settings2, Trash2, Unlink } from "lucide-react";
import { useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import { type App, appsQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { type Action, isPossible, useActions } from "@/lib/actions";
import { Button } from "@/ui/Button";
import { Switch } from "@/ui/Field";
import { Page } from "@/ui/Page";
import { Failure, State } from "@/ui/State";
import { Facts, useFollow } from "./AppCard";
import styles from "./AppPage.module.css";
import { AppSheets, type SheetName } from "./AppSheets";
import { Notes } from "./Notes";
import { PlanView } from "./PlanView";
import { notesOf } from "./stand";

/** One app: what linking would do in it, read before it is done. */
export default function AppPage() {
  const { t } = useWords();
  const { id = "" } = useParams();
  const { data: apps, error, refetch } = useQuery(appsQuery);
  const app = apps?.find((each) => each.id === id);
  if (app) return <Shown key={id} app={app} />;
  return (
    <Page title={t("web.apps.title")}>
      {error && !apps && <Failure problem={error} retry={() => void refetch()} />}
      {apps && (
        <State icon={Compass} title={t("web.apps.unknown")} actions={<Link href="/apps">{t("web.apps.back")}</Link>}>
          <p>{t("web.apps.unknown-hint")}</p>
        </State>
      )}
    </Page>
  );
}

function Shown({ app }: { app: App }) {
  const { t } = useWords();
  const [sheet, setSheet] = useState<SheetName>();
  const follow = useFollow();
  const actions = useMemo<Action[]>(
    () => [
      {
        id: "app:settings",
        name: "web.apps.settings-of",
        facts: { title: app.title },
        group: "page",
        icon: Settings2,
        run: () => setSheet("settings"),
      },
      {
        id: "app:unlink",
        name: "web.apps.unlink",
        group: "page",
        icon: Unlink,
        when: () => app.there && (app.links > 0 || app.way === "config"),
        run: () => setSheet("unlink"),
      },
      {
        id: "app:remove",
        name: "web.apps.remove-of",
        facts: { title: app.title },
        group: "page",
        icon: Trash2,
        run: () => setSheet("remove"),
      },
    ],
    [app],
  );
  useActions(actions);
  return (
    <Page
      title={app.title}
      lead={<code>{app.path}</code>}
      actions={actions.filter(isPossible).map((each) => (
        <Button
          key={each.id}
          small
          icon={each.icon}
          look="quiet"
          aria-label={t(each.name, each.facts)}
          onClick={each.run}
        >
          {t(SHORT[each.id] ?? "web.apps.unlink")}
        </Button>
      ))}
    >
      <div className={styles.head}>
        <div className={styles.facts}>
          <Link href="/apps" className={styles.back}>
            <ArrowLeft size={16} aria-hidden />
            {t("web.apps.back")}
          </Link>
          <Facts app={app} />
        </div>
        <Switch label={t("web.apps.follows")} checked={app.auto} onChange={(auto) => void follow(app, auto)} />
      </div>
      {app.there ? (
        <PlanView app={app} />
      ) : (
        <div className={styles.away}>
          <AppWindow size={20} aria-hidden />
          <Notes notes={notesOf(app, undefined)} />
        </div>
      )}
      {sheet && <AppSheets sheet={sheet} app={app} onClose={() => setSheet(undefined)} />}
    </Page>
  );
}

const SHORT = {
  "app:settings": "web.apps.settings",
  "app:unlink": "web.apps.unlink",
  "app:remove": "web.apps.remove",
} as Record<string, "web.apps.settings" | "web.apps.unlink" | "web.apps.remove">;
