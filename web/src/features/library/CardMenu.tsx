import {
  CheckSquare,
  Copy,
  FolderInput,
  Heart,
  HeartOff,
  Link2,
  ListPlus,
  PanelTop,
  ShieldCheck,
  Trash2,
} from "lucide-react";
import { type ComponentType, Suspense, useState } from "react";
import type { ModelSummary } from "@/api/models";
import { useWords, withWords } from "@/i18n";
import { copyText } from "@/lib/copy";
import { page } from "@/lib/page";
import { toast } from "@/lib/toasts";
import ContextMenu from "@/ui/ContextMenu";
import ListDialog from "@/ui/ListDialog";
import { useBulk } from "@/ui/useBulk";
import MoveDialog from "./MoveDialog";

interface CardMenuProps {
  model: ModelSummary;
  anchor: HTMLElement;
  isSelected: boolean;
  onSelect: () => void;
  onOpen: () => void;
  onClose: () => void;
}

const LinkDialog = page(() => withWords(import("@/ui/LinkDialog")));
const DIALOGS: Record<string, ComponentType<{ ids: string[]; onClose: () => void }>> = {
  list: ListDialog,
  link: LinkDialog,
  move: MoveDialog,
};

/** What can be done with one card. */
export default function CardMenu({ model, anchor, isSelected, onSelect, onOpen, onClose }: CardMenuProps) {
  const { t } = useWords();
  const bulk = useBulk();
  const [dialog, setDialog] = useState<keyof typeof DIALOGS>();
  const ids = [model.id];
  const words = model.trained_words.join(", ");
  async function copy() {
    const done = await copyText(words);
    toast({
      text: done ? t("web.library.words-copied") : t("web.app.copy-failed"),
      tone: done ? "ok" : "bad",
      stays: 3000,
    });
  }
  const Dialog = dialog && DIALOGS[dialog];
  if (Dialog)
    return (
      <Suspense fallback={null}>
        <Dialog ids={ids} onClose={onClose} />
      </Suspense>
    );
  return (
    <ContextMenu
      label={t("web.library.more", { name: model.name })}
      anchor={anchor}
      onClose={onClose}
      choices={[
        { id: "open", label: t("web.library.open"), icon: PanelTop, run: onOpen },
        {
          id: "select",
          label: isSelected ? t("web.library.select-none") : t("web.library.select", { name: model.name }),
          icon: CheckSquare,
          run: onSelect,
        },
        { id: "words", label: t("web.library.copy-words"), icon: Copy, disabled: !words, run: () => void copy() },
        {
          id: "favorite",
          label: model.favorite ? t("web.library.unfavorite") : t("web.library.favorite"),
          icon: model.favorite ? HeartOff : Heart,
          run: () => void bulk.favorite(ids, !model.favorite),
        },
        {
          id: "list",
          label: t("web.library.list"),
          icon: ListPlus,
          apart: true,
          stays: true,
          run: () => setDialog("list"),
        },
        { id: "move", label: t("web.library.move"), icon: FolderInput, stays: true, run: () => setDialog("move") },
        { id: "link", label: t("web.library.link"), icon: Link2, stays: true, run: () => setDialog("link") },
        { id: "verify", label: t("web.library.verify"), icon: ShieldCheck, run: () => void bulk.verify(ids) },
        {
          id: "delete",
          label: t("web.library.delete"),
          icon: Trash2,
          apart: true,
          danger: true,
          run: () => void bulk.remove(ids),
        },
      ]}
    />
  );
}
