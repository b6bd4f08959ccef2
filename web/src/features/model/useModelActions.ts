import {
  EyeOff,
  FileClock,
  FolderInput,
  Heart,
  ListPlus,
  PencilLine,
  ScanSearch,
  ShieldCheck,
  SquareArrowOutUpRight,
  Trash2,
} from "lucide-react";
import { useMemo } from "react";
import { useLocation } from "wouter";
import { type ModelRecord, restoreModel } from "@/api/models";
import { forgetModel } from "@/api/record";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { toast } from "@/lib/toasts";
import { walked } from "@/lib/walked";
import { useBulk } from "@/ui/useBulk";
import { useReport } from "@/ui/useReport";
import type { Change } from "./useRecordEdit";

export type SheetName = "edit" | "history" | "match" | "place" | "list";

/** Everything that can be done with a model, once: for its buttons, its menu, the palette and the keyboard. */
export function useModelActions(record: ModelRecord, change: Change, open: (sheet: SheetName) => void): Action[] {
  const { t } = useWords();
  const [, go] = useLocation();
  const bulk = useBulk();
  const report = useReport();
  const { id, name, favorite } = record;
  const url = (record.sources ?? []).find((each) => each.url && each.state !== "gone")?.url ?? undefined;
  const actions = useMemo<Action[]>(() => {
    const leave = () => {
      const asked = walked.get()?.asked;
      go(asked ? `/library?${asked}` : "/library");
    };
    const forget = () => {
      leave();
      return report(async () => {
        const { entry } = await forgetModel(id);
        toast({
          text: t("web.model.forgotten", { name }),
          detail: t("web.model.forgotten-hint"),
          action: { label: t("web.app.undo"), run: () => void report(() => restoreModel(entry)) },
        });
      });
    };
    const liked = favorite ? t("web.model.disliked") : t("web.model.liked");
    return [
      {
        id: "model:edit",
        name: "web.model.edit",
        group: "page",
        icon: PencilLine,
        shortcut: "e",
        run: () => open("edit"),
      },
      {
        id: "model:source",
        name: "web.model.open-source",
        group: "page",
        icon: SquareArrowOutUpRight,
        when: () => url !== undefined,
        run: () => void window.open(url, "_blank", "noopener,noreferrer"),
      },
      {
        id: "model:list",
        name: "web.library.list",
        group: "page",
        icon: ListPlus,
        shortcut: "l",
        run: () => open("list"),
      },
      {
        id: "model:favorite",
        name: "web.library.favorite",
        group: "page",
        icon: Heart,
        shortcut: "f",
        run: () => void change({ set: { favorite: !favorite } }, liked),
      },
      {
        id: "model:place",
        name: "web.model.place",
        group: "page",
        icon: FolderInput,
        shortcut: "m",
        run: () => open("place"),
      },
      { id: "model:match", name: "web.model.match", group: "page", icon: ScanSearch, run: () => open("match") },
      {
        id: "model:verify",
        name: "web.model.verify-now",
        group: "page",
        icon: ShieldCheck,
        shortcut: "v",
        run: () => void bulk.verify([id]),
      },
      { id: "model:history", name: "web.model.history", group: "page", icon: FileClock, run: () => open("history") },
      { id: "model:forget", name: "web.model.forget", group: "page", icon: EyeOff, run: () => void forget() },
      {
        id: "model:delete",
        name: "web.library.delete",
        group: "page",
        icon: Trash2,
        shortcut: "Delete",
        run: () => {
          // First away from what will not be there any more.
          leave();
          void bulk.remove([id]);
        },
      },
    ];
  }, [id, name, favorite, url, change, open, go, bulk, report, t]);
  useActions(actions);
  return actions;
}
