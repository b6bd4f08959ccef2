import { Command, Contrast, Keyboard, Plus } from "lucide-react";
import { useMemo } from "react";
import { useLocation } from "wouter";
import { type Action, useActions } from "@/lib/actions";
import { openAdd } from "@/lib/adding";
import { openOverlay } from "@/lib/overlays";
import { THEMES, type Theme, theme } from "@/lib/theme";
import { menu } from "./routes";

/** What can be done on every page. */
export function AppActions() {
  const [, go] = useLocation();
  const actions = useMemo<Action[]>(
    () => [
      ...menu.map((entry) => ({
        id: `go:${entry.path}`,
        name: entry.action,
        group: "go" as const,
        icon: entry.icon,
        shortcut: entry.shortcut,
        run: () => go(entry.path),
      })),
      { id: "add", name: "web.actions.add", group: "app", icon: Plus, shortcut: "n", run: () => openAdd({}) },
      {
        id: "palette",
        name: "web.actions.palette",
        group: "app",
        icon: Command,
        shortcut: "Mod+k",
        inFields: true,
        run: () => openOverlay("palette"),
      },
      {
        id: "help",
        name: "web.actions.help",
        group: "app",
        icon: Keyboard,
        shortcut: "?",
        run: () => openOverlay("shortcuts"),
      },
      {
        id: "theme",
        name: "web.actions.theme",
        group: "app",
        icon: Contrast,
        run: () => theme.set(THEMES[(THEMES.indexOf(theme.get() as Theme) + 1) % THEMES.length] ?? "dark"),
      },
    ],
    [go],
  );
  useActions(actions);
  return null;
}
