import { useQuery } from "@tanstack/react-query";
import { AppWindow, Plus } from "lucide-react";
import { Suspense, useMemo, useState } from "react";
import { type App, appsQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { page } from "@/lib/page";
import { Button } from "@/ui/Button";
import { Page } from "@/ui/Page";
import { Failure, State } from "@/ui/State";
import { AppCard } from "./AppCard";
import { AppSheets, type SheetName } from "./AppSheets";
import styles from "./AppsPage.module.css";

const AddAppSheet = page(() => import("./AddAppSheet"));

/** The apps that use this library, and how each of them stands. */
export default function AppsPage() {
  const { t } = useWords();
  const { data: apps, error, refetch } = useQuery(appsQuery);
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<{ sheet: SheetName; app: App }>();
  const isEmpty = apps?.length === 0;
  useActions(
    useMemo<Action[]>(
      () => [{ id: "apps:add", name: "web.apps.add", group: "page", icon: Plus, run: () => setAdding(true) }],
      [],
    ),
  );
  const add = (
    <Button look="primary" icon={Plus} onPointerEnter={AddAppSheet.preload} onClick={() => setAdding(true)}>
      {t("web.apps.add")}
    </Button>
  );
  return (
    <Page title={t("web.apps.title")} lead={isEmpty ? undefined : t("web.apps.lead")} actions={!isEmpty && apps && add}>
      {error && !apps && <Failure problem={error} retry={() => void refetch()} />}
      {isEmpty && (
        <State icon={AppWindow} title={t("web.apps.empty")} actions={add}>
          <p>{t("web.apps.empty-hint")}</p>
        </State>
      )}
      {apps && !isEmpty && (
        <ul className={styles.apps} aria-label={t("web.apps.list")}>
          {apps.map((each) => (
            <li key={each.id}>
              <AppCard app={each} onSheet={(sheet) => setAsked({ sheet, app: each })} />
            </li>
          ))}
        </ul>
      )}
      <Suspense fallback={null}>{isAdding && <AddAppSheet onClose={() => setAdding(false)} />}</Suspense>
      {asked && <AppSheets sheet={asked.sheet} app={asked.app} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}
