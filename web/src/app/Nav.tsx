import { Command, Ellipsis, Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useUnfinished } from "@/api/downloads";
import { useWords } from "@/i18n";
import { openAdd } from "@/lib/adding";
import { openOverlay } from "@/lib/overlays";
import { classes } from "@/ui/classes";
import styles from "./Nav.module.css";
import { type MenuEntry, menu } from "./routes";

/** The main menu: a column, a rail of icons where it is narrow, a bar at the bottom of a phone. */
export function Nav() {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  const nav = useRef<HTMLElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const close = () => setOpen(false);
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!nav.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      more.current?.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  return (
    <nav ref={nav} aria-label={t("web.app.menu")} className={styles.nav}>
      <p className={styles.brand} aria-hidden>
        <Mark />
        <span>{t("web.app.name")}</span>
      </p>
      <button type="button" className={styles.add} title={t("web.nav.add")} onClick={() => openAdd({})}>
        <Plus size={20} aria-hidden />
        <span>{t("web.nav.add")}</span>
      </button>
      <Entries of={menu.filter((each) => each.first)} className={styles.list} onGo={close} />
      <Entries
        of={menu.filter((each) => !each.first)}
        className={classes(styles.list, styles.rest, isOpen && styles.open)}
        onGo={close}
      />
      <button
        ref={more}
        type="button"
        className={classes(styles.entry, styles.more)}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Ellipsis size={20} aria-hidden />
        <span>{t("web.nav.more")}</span>
      </button>
      <button
        type="button"
        className={classes(styles.entry, styles.palette)}
        title={t("web.actions.palette")}
        onClick={() => openOverlay("palette")}
      >
        <Command size={20} aria-hidden />
        <span>{t("web.palette.title")}</span>
      </button>
    </nav>
  );
}

interface EntriesProps {
  of: MenuEntry[];
  className: string | undefined;
  onGo: () => void;
}

const Entries = ({ of, className, onGo }: EntriesProps) => (
  <ul className={className}>
    {of.map((entry) => (
      <li key={entry.path}>
        <Entry entry={entry} onGo={onGo} />
      </li>
    ))}
  </ul>
);

function Entry({ entry, onGo }: { entry: MenuEntry; onGo: () => void }) {
  const { t } = useWords();
  const [path] = useLocation();
  const isHere = entry.path === "/" ? path === "/" : path.startsWith(entry.path) || isBelow(entry, path);
  return (
    <Link
      href={entry.path}
      className={styles.entry}
      aria-current={isHere ? "page" : undefined}
      title={t(entry.name)}
      onClick={onGo}
      onPointerEnter={entry.page.preload}
      onFocus={entry.page.preload}
    >
      <entry.icon size={20} aria-hidden />
      <span>{t(entry.name)}</span>
      {entry.path === "/downloads" && <Running />}
    </Link>
  );
}

/** A model's page belongs to the library. */
const isBelow = (entry: MenuEntry, path: string) => entry.path === "/library" && path.startsWith("/models/");

function Running() {
  const { t, format } = useWords();
  const count = useUnfinished().data?.length ?? 0;
  return count ? (
    <span className={styles.count}>
      <span aria-hidden>{format.number(count)}</span>
      <span className="visually-hidden">{t("web.nav.unfinished", { count })}</span>
    </span>
  ) : null;
}

function Mark() {
  return (
    <svg viewBox="0 0 64 64" width="28" height="28" aria-hidden="true" className={styles.mark}>
      <rect width="64" height="64" rx="15" />
      <path d="M14 46V19.5c0-1.7 2-2.5 3.2-1.3L32 33l14.8-14.800c1.200-1.200 3.200-.4 3.200 1.300V46" />
    </svg>
  );
}
