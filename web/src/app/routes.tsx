/** Every page: its address, its name in the menu, its code, which is fetched when it is needed. */

import { AppWindow, Download, FolderTree, Gauge, Images, Settings, Trash2, Workflow } from "lucide-react";
import type { ComponentType } from "react";
import { withWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { page } from "@/lib/page";

export interface Route {
  path: string;
  page: ComponentType & { preload: () => Promise<unknown> };
}

export interface MenuEntry extends Route {
  name: Key;
  action: Key;
  shortcut: string;
  icon: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  /** Stands in the bottom bar of a phone. */
  first?: boolean;
}

const library = page(() => import("@/features/library/LibraryPage"));

export const menu: MenuEntry[] = [
  {
    path: "/",
    page: page(() => import("@/features/dashboard/DashboardPage")),
    name: "web.nav.dashboard",
    action: "web.actions.go-dashboard",
    shortcut: "g o",
    icon: Gauge,
    first: true,
  },
  {
    path: "/library",
    page: library,
    name: "web.nav.library",
    action: "web.actions.go-library",
    shortcut: "g l",
    icon: Images,
    first: true,
  },
  {
    path: "/downloads",
    page: page(() => import("@/features/downloads/DownloadsPage")),
    name: "web.nav.downloads",
    action: "web.actions.go-downloads",
    shortcut: "g d",
    icon: Download,
    first: true,
  },
  {
    path: "/folders",
    page: page(() => import("@/features/folders/FoldersPage")),
    name: "web.nav.folders",
    action: "web.actions.go-folders",
    shortcut: "g f",
    icon: FolderTree,
  },
  {
    path: "/apps",
    page: page(() => withWords(import("@/features/apps/AppsPage"))),
    name: "web.nav.apps",
    action: "web.actions.go-apps",
    shortcut: "g a",
    icon: AppWindow,
  },
  {
    path: "/workflows",
    page: page(() => import("@/features/workflows/WorkflowsPage")),
    name: "web.nav.workflows",
    action: "web.actions.go-workflows",
    shortcut: "g w",
    icon: Workflow,
  },
  {
    path: "/trash",
    page: page(() => import("@/features/trash/TrashPage")),
    name: "web.nav.trash",
    action: "web.actions.go-trash",
    shortcut: "g t",
    icon: Trash2,
  },
  {
    path: "/settings",
    page: page(() => withWords(import("@/features/settings/SettingsPage"))),
    name: "web.nav.settings",
    action: "web.actions.go-settings",
    shortcut: "g s",
    icon: Settings,
  },
];

export const routes: Route[] = [
  ...menu,
  { path: "/settings/:section", page: menu.at(-1)?.page ?? library },
  { path: "/apps/:id", page: page(() => withWords(import("@/features/apps/AppPage"))) },
  { path: "/models/:id", page: page(() => import("@/features/model/ModelPage")) },
];

/** The route of an address. */
export function routeOf(path: string): Route | undefined {
  const steps = path.split("/");
  return routes.find(({ path: pattern }) => {
    const wanted = pattern.split("/");
    return wanted.length === steps.length && wanted.every((step, at) => step.startsWith(":") || step === steps[at]);
  });
}
