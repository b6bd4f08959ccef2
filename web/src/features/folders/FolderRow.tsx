import { Ellipsis, Folder, Images, Pencil, Trash2 } from "lucide-react";
import { Suspense, useState } from "react";
import { useLocation } from "wouter";
import type { TreeFolder } from "@/api/tree";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { Progress } from "@/ui/Progress";
import styles from "./FolderRow.module.css";

const ContextMenu = page(() => import("@/ui/ContextMenu"));

interface FolderRowProps {
  folder: TreeFolder;
  share: number;
  onOpen: () => void;
  onRename: () => void;
  onDelete: () => void;
}

/** One folder: its share of the one above, and what can be done with it. */
export function FolderRow({ folder, share, onOpen, onRename, onDelete }: FolderRowProps) {
  const { t, format } = useWords();
  const [, go] = useLocation();
  const [anchor, setAnchor] = useState<HTMLElement>();
  const wall = `/library?${new URLSearchParams({ q: `"${folder.path}/"` })}`;
  return (
    <tr>
      <th scope="row">
        <button type="button" className={styles.name} onClick={onOpen}>
          <Folder size={18} aria-hidden />
          <bdi>{folder.name}</bdi>
        </button>
      </th>
      <td className={styles.share}>
        <Progress label={t("web.folders.share")} value={share} text={format.percent(share)} />
      </td>
      <td>{format.number(folder.models)}</td>
      <td>{format.bytes(folder.bytes)}</td>
      <td>
        <button
          type="button"
          className={styles.more}
          aria-haspopup="menu"
          aria-label={t("web.folders.more", { name: folder.name })}
          onPointerEnter={() => void ContextMenu.preload()}
          onClick={(event) => setAnchor(event.currentTarget)}
        >
          <Ellipsis size={18} aria-hidden />
        </button>
        {anchor && (
          <Suspense fallback={null}>
            <ContextMenu
              label={t("web.folders.more", { name: folder.name })}
              anchor={anchor}
              onClose={() => setAnchor(undefined)}
              choices={[
                { id: "wall", label: t("web.folders.on-wall"), icon: Images, run: () => go(wall) },
                { id: "rename", label: t("web.folders.rename"), icon: Pencil, run: onRename },
                {
                  id: "delete",
                  label: t("web.folders.delete"),
                  icon: Trash2,
                  danger: true,
                  apart: true,
                  run: onDelete,
                },
              ]}
            />
          </Suspense>
        )}
      </td>
    </tr>
  );
}
