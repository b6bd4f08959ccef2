import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useDeferredValue, useId, useRef, useState } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { useLocation } from "wouter";
import { foundQuery } from "@/api/models";
import { useWords } from "@/i18n";
import { type Action, isPossible, keysOf, useOfferedActions } from "@/lib/actions";
import { kindIcon } from "@/lib/kindIcons";
import { useLabels } from "@/lib/labels";
import { classes } from "@/ui/classes";
import styles from "./Palette.module.css";

interface Entry {
  id: string;
  name: string;
  detail?: string;
  shortcut?: string | undefined;
  icon?: Action["icon"];
  run: () => void;
}

/** How well a typed text fits a name: its letters in order; beginnings of words count most. Undefined: not at all. */
export function fitness(name: string, typed: string): number | undefined {
  const [text, wanted] = [name.toLowerCase(), typed.toLowerCase()];
  const at = text.indexOf(wanted);
  if (at >= 0) return at === 0 ? 3 : text[at - 1] === " " ? 2 : 1;
  let place = -1;
  for (const letter of wanted) {
    place = text.indexOf(letter, place + 1);
    if (place < 0) return undefined;
  }
  return 0;
}

/** Everything that can be done, and every model, by a few typed letters. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [, go] = useLocation();
  const labels = useLabels();
  const actions = useOfferedActions();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const asked = useDeferredValue(typed.trim());
  const { data: models = [] } = useQuery({ ...foundQuery(asked), enabled: asked.length > 1 });

  const fitting = actions
    .filter((each) => each.id !== "palette" && isPossible(each))
    .map((each) => ({ each, name: t(each.name, each.facts), fit: fitness(t(each.name, each.facts), typed.trim()) }))
    .filter((found) => found.fit !== undefined)
    .sort((a, b) => (typed.trim() ? (b.fit ?? 0) - (a.fit ?? 0) : 0));
  const commands: Entry[] = fitting.map(({ each, name }) => ({
    id: each.id,
    name,
    shortcut: each.shortcut,
    icon: each.icon,
    run: each.run,
  }));
  const found: Entry[] =
    asked.length > 1
      ? models.map((model) => ({
          id: model.id,
          name: model.name,
          detail: [labels.kind(model.kind), model.base_model ?? model.family].filter(Boolean).join(" · "),
          icon: kindIcon(model.kind),
          run: () => go(`/models/${model.id}`),
        }))
      : [];
  // A command that merely holds the letters stands behind a model that begins with them.
  const isLoose = asked.length > 1 && (fitting[0]?.fit ?? 0) < 2;
  const entries = isLoose ? [...found, ...commands] : [...commands, ...found];
  const chosen = Math.min(at, entries.length - 1);

  function run(entry: Entry | undefined) {
    if (!entry) return;
    onClose();
    // The dialog gives the focus back first: what is opened next takes it from there.
    requestAnimationFrame(() => entry.run());
  }
  function move(to: number) {
    setAt(to);
    list.current?.querySelector(`[data-at="${to}"]`)?.scrollIntoView({ block: "nearest" });
  }
  function onKeyDown(event: React.KeyboardEvent) {
    const last = entries.length - 1;
    if (event.key === "ArrowDown") move(chosen >= last ? 0 : chosen + 1);
    else if (event.key === "ArrowUp") move(chosen <= 0 ? last : chosen - 1);
    else if (event.key === "Enter") run(entries[chosen]);
    else return;
    event.preventDefault();
  }

  const group = (title: string, from: number, of: Entry[]) =>
    of.length > 0 && (
      // biome-ignore lint/a11y/useSemanticElements: groups of a list box have no element of their own
      <div role="group" aria-label={title}>
        <p className={styles.title} aria-hidden>
          {title}
        </p>
        {of.map((entry, number) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys, this is the pointer's way
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
          <div
            key={entry.id}
            role="option"
            id={`${id}-${from + number}`}
            data-at={from + number}
            aria-selected={from + number === chosen}
            className={classes(styles.entry, from + number === chosen && styles.chosen)}
            onClick={() => run(entry)}
            onPointerMove={() => setAt(from + number)}
          >
            {entry.icon ? <entry.icon size={18} aria-hidden /> : <span className={styles.gap} />}
            <bdi>{entry.name}</bdi>
            {entry.detail && <span className={styles.detail}>{entry.detail}</span>}
            {entry.shortcut && (
              <span className={styles.keys} aria-hidden>
                {keysOf(entry.shortcut).map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </span>
            )}
          </div>
        ))}
      </div>
    );

  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(isOpen) => isOpen || onClose()} className={styles.veil ?? ""}>
      <Modal className={styles.palette ?? ""}>
        <Dialog aria-label={t("web.palette.title")} className={styles.dialog ?? ""}>
          <div className={styles.field}>
            <Search size={18} aria-hidden />
            <input
              autoFocus
              role="combobox"
              aria-expanded
              aria-controls={`${id}-list`}
              aria-activedescendant={entries.length ? `${id}-${chosen}` : undefined}
              aria-label={t("web.palette.field")}
              placeholder={t("web.palette.field")}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div
            ref={list}
            id={`${id}-list`}
            role="listbox"
            aria-label={t("web.palette.results")}
            className={styles.list}
          >
            {isLoose && group(t("web.palette.models"), 0, found)}
            {group(t("web.palette.commands"), isLoose ? found.length : 0, commands)}
            {!isLoose && group(t("web.palette.models"), commands.length, found)}
          </div>
          {entries.length === 0 && <p className={styles.none}>{t("web.palette.nothing")}</p>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
