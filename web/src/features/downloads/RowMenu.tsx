import { ArrowDown, ArrowDownToLine, ArrowUp, ArrowUpToLine, ClipboardCopy, ExternalLink } from "lucide-react";
import type { ReactElement } from "react";
import type { Download } from "@/api/downloads";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { copyText } from "@/lib/copy";
import Menu, { type Choice } from "@/ui/Menu";
import { isPage } from "@/ui/Remedies";
import type { Mover } from "./useMover";

interface RowMenuProps {
  download: Download;
  mover: Mover;
  name: string;
  children: ReactElement<React.HTMLAttributes<HTMLButtonElement>, string>;
}

/** Everything that can be done with a row and has no button of its own. */
export default function RowMenu({ download, mover, name, children }: RowMenuProps) {
  const { t } = useWords();
  const move = (to: "top" | "up" | "down" | "bottom") => () => mover.move(download, to);
  const choices: Choice[] = [
    { id: "top", label: t("web.downloads.to-top"), icon: ArrowUpToLine, run: move("top") },
    { id: "up", label: t("web.downloads.up"), icon: ArrowUp, run: move("up") },
    { id: "down", label: t("web.downloads.down"), icon: ArrowDown, run: move("down") },
    { id: "bottom", label: t("web.downloads.to-bottom"), icon: ArrowDownToLine, run: move("bottom") },
    {
      id: "copy",
      apart: true,
      label: t("web.downloads.copy-link"),
      icon: ClipboardCopy,
      run: () =>
        void copyText(download.link).then((went) => announce(t(went ? "web.app.copied" : "web.app.copy-failed"))),
    },
  ];
  const url = download.page_url ?? download.link;
  if (isPage(url))
    choices.push({
      id: "page",
      label: t("web.remedies.page"),
      icon: ExternalLink,
      run: () => void window.open(url, "_blank", "noopener,noreferrer"),
    });
  return (
    <Menu label={t("web.downloads.more", { name })} choices={choices}>
      {children}
    </Menu>
  );
}
