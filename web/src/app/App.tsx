import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect, useRef, useSyncExternalStore } from "react";
import { Route, Router, Switch, useLocation } from "wouter";
import { connection, listen } from "@/api/events";
import { queries } from "@/api/queries";
import { useWords, WordsProvider } from "@/i18n";
import { listenForShortcuts } from "@/lib/actions";
import { announceIn } from "@/lib/announce";
import { BASE } from "@/lib/place";
import { Boundary } from "@/ui/Boundary";
import { Toasts } from "@/ui/Toasts";
import { Announcements } from "./Announcements";
import styles from "./App.module.css";
import { AppActions } from "./AppActions";
import { Household } from "./Household";
import { Nav } from "./Nav";
import { NotFound } from "./NotFound";
import { Overlays } from "./Overlays";
import { routeOf, routes } from "./routes";

export function App() {
  useEffect(listen, []);
  useEffect(listenForShortcuts, []);
  return (
    <QueryClientProvider client={queries}>
      <WordsProvider>
        <Router base={BASE}>
          <AppActions />
          <Announcements />
          <Household />
          <Shell />
          <Overlays />
          <Toasts />
          <p className="visually-hidden">
            <span role="log" aria-live="polite" ref={announceIn} />
          </p>
        </Router>
      </WordsProvider>
    </QueryClientProvider>
  );
}

function Shell() {
  const { t } = useWords();
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const isHeard = useSyncExternalStore(connection.subscribe, connection.get);
  useFocusOnRouteChange(main, path);
  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href={`${BASE}${path}#main`}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("web.app.skip")}
      </a>
      <Nav />
      {!isHeard && (
        <p role="status" className={styles.offline}>
          {t("web.app.offline")}
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Boundary of={path}>
          <Suspense fallback={null}>
            <Switch>
              {routes.map((each) => (
                <Route key={each.path} path={each.path}>
                  <each.page />
                </Route>
              ))}
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

/** After going to another page the focus is on its content, as after loading one; parts of one page keep it. */
function useFocusOnRouteChange(main: React.RefObject<HTMLElement | null>, path: string) {
  const before = useRef(routeOf(path)?.page);
  useEffect(() => {
    const now = routeOf(path)?.page;
    if (before.current === now) return;
    before.current = now;
    main.current?.focus({ preventScroll: true });
  }, [main, path]);
}
