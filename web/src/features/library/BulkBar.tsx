import { FolderInput, Heart, Link2, ListPlus, ShieldCheck, Tags, Trash2, X } from "lucide-react";
import { type ComponentType, Suspense, useMemo, useState } from "react";
import { useWords, withWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { page } from "@/lib/page";
import { Button } from "@/ui/Button";
import { useBulk } from "@/ui/useBulk";
import styles from "./BulkBar.module.css";
import type { Selection } from "./selection";

const DIALOGS = {
  tag: page(() => import("./TagDialog")),
  move: page(() => import("./MoveDialog")),
  list: page(() => import("@/ui/ListDialog")),
  link: page(() => withWords(import("@/ui/LinkDialog"))),
} satisfies Record<string, ComponentType<{ ids: string[]; onClose: () => void }>>;

interface BulkBarProps {
  selection: Selection;
  total: number;
  isKnown: boolean;
  onAll: () => Promise<void>;
}

/** How many models there are; while some are selected, how many, and what can be done with them. */
export function BulkBar({ selection, total, isKnown, onAll }: BulkBarProps) {
  const { t } = useWords();
  const [dialog, setDialog] = useState<keyof typeof DIALOGS>();
  const bulk = useBulk();
  const { ids } = selection;
  const count = ids.size;
  const actions = useMemo<Action[]>(() => {
    const when = () => ids.size > 0;
    const chosen = () => [...ids];
    return [
      {
        id: "bulk:favorite",
        name: "web.library.favorite",
        group: "selection",
        icon: Heart,
        shortcut: "f",
        when,
        run: () => void bulk.favorite(chosen()),
      },
      {
        id: "bulk:list",
        name: "web.library.list",
        group: "selection",
        icon: ListPlus,
        shortcut: "l",
        when,
        run: () => setDialog("list"),
      },
      {
        id: "bulk:tag",
        name: "web.library.tag",
        group: "selection",
        icon: Tags,
        shortcut: "t",
        when,
        run: () => setDialog("tag"),
      },
      {
        id: "bulk:move",
        name: "web.library.move",
        group: "selection",
        icon: FolderInput,
        shortcut: "m",
        when,
        run: () => setDialog("move"),
      },
      {
        id: "bulk:link",
        name: "web.library.link",
        group: "selection",
        icon: Link2,
        shortcut: "k",
        when,
        run: () => setDialog("link"),
      },
      {
        id: "bulk:verify",
        name: "web.library.verify",
        group: "selection",
        icon: ShieldCheck,
        shortcut: "v",
        when,
        run: () => void bulk.verify(chosen()),
      },
      {
        id: "bulk:delete",
        name: "web.library.delete",
        group: "selection",
        icon: Trash2,
        shortcut: "Delete",
        when,
        run: () => {
          void bulk.remove(chosen());
          selection.clear();
        },
      },
    ];
  }, [ids, bulk, selection]);
  useActions(actions);
  const Dialog = dialog && DIALOGS[dialog];
  return (
    <div className={styles.line} data-count={total}>
      {count === 0 ? (
        <p className={styles.count}>{isKnown ? t("web.library.count", { count: total }) : " "}</p>
      ) : (
        <div role="toolbar" aria-label={t("web.library.selection")} className={styles.bar}>
          <p className={styles.count}>
            <strong>{t("web.library.selected", { count, total })}</strong>
          </p>
          {count < total && (
            <Button look="quiet" small onClick={() => void onAll()}>
              {t("web.library.select-all")}
            </Button>
          )}
          <div className={styles.actions}>
            {actions.map((each) => (
              <Button key={each.id} small look="quiet" icon={each.icon} title={t(each.name)} onClick={each.run}>
                {t(each.name)}
              </Button>
            ))}
          </div>
          <Button look="quiet" small icon={X} iconOnly onClick={selection.clear}>
            {t("web.library.select-none")}
          </Button>
        </div>
      )}
      {Dialog && (
        <Suspense fallback={null}>
          <Dialog ids={[...ids]} onClose={() => setDialog(undefined)} />
        </Suspense>
      )}
    </div>
  );
}
