import { Pencil } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { type Action, useActions } from "@/lib/actions";
import { Button } from "@/ui/Button";
import styles from "./Head.module.css";
import type { Change } from "./useRecordEdit";

/** The name, which can be typed over: Enter or leaving keeps it, Escape does not. */
export function NameField({ record, change }: { record: ModelRecord; change: Change }) {
  const { t } = useWords();
  const [typed, setTyped] = useState<string>();
  const pencil = useRef<HTMLButtonElement>(null);
  const wasTyping = useRef(false);
  useActions(
    useMemo<Action[]>(
      () => [
        {
          id: "model:name",
          name: "web.model.edit-name",
          group: "page",
          icon: Pencil,
          shortcut: "F2",
          run: () => setTyped(record.name),
        },
      ],
      [record.name],
    ),
  );
  useEffect(() => {
    if (typed === undefined && wasTyping.current) pencil.current?.focus({ preventScroll: true });
    wasTyping.current = typed !== undefined;
  }, [typed]);
  function finish(isKept: boolean) {
    const name = typed?.trim() ?? "";
    setTyped(undefined);
    if (isKept && name && name !== record.name) void change({ set: { name } }, t("web.model.renamed", { name }));
  }
  if (typed === undefined)
    return (
      <div className={`${styles.name} ${styles.shown}`}>
        <h1>
          <bdi title={record.name}>{record.name}</bdi>
        </h1>
        <Button ref={pencil} look="quiet" small icon={Pencil} iconOnly onClick={() => setTyped(record.name)}>
          {t("web.model.edit-name")}
        </Button>
      </div>
    );
  return (
    <div className={styles.name}>
      <h1 className="visually-hidden">{record.name}</h1>
      <input
        aria-label={t("web.model.name")}
        value={typed}
        maxLength={512}
        // biome-ignore lint/a11y/noAutofocus: it was asked for a moment ago
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => finish(true)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key !== "Enter" && event.key !== "Escape") return;
          // Else the same press would act on the button that gets the focus.
          event.preventDefault();
          finish(event.key === "Enter");
        }}
      />
    </div>
  );
}
