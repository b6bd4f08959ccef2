import { type ComponentType, Suspense } from "react";
import type { App } from "@/api/apps";
import { page } from "@/lib/page";

const SHEETS = {
  settings: page(() => import("./AppSettingsSheet")),
  unlink: page(() => import("./UnlinkSheet")),
  remove: page(() => import("./RemoveAppSheet")),
} satisfies Record<string, ComponentType<SheetProps>>;

export type SheetName = keyof typeof SHEETS;

export interface SheetProps {
  app: App;
  onClose: () => void;
}

/** What is asked about one app. */
export function AppSheets({ sheet, app, onClose }: SheetProps & { sheet: SheetName }) {
  const Sheet = SHEETS[sheet];
  return (
    <Suspense fallback={null}>
      <Sheet app={app} onClose={onClose} />
    </Suspense>
  );
}
