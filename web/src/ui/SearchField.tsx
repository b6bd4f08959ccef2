import { Search, X } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef } from "react";
import type { Key } from "@/i18n/texts";
import { type Action, useActions } from "@/lib/actions";
import { Button } from "./Button";
import { classes } from "./classes";
import styles from "./SearchField.module.css";

interface SearchFieldProps {
  label: string;
  clearLabel: string;
  /** The action that `/` stands for while this field is shown. */
  action: { id: string; name: Key };
  value: string;
  /** Its place on the page. */
  className?: string | undefined;
  onType: (text: string) => void;
  onFocus?: () => void;
  /** Keys besides Escape, which clears. */
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
}

/** The search of a page: reached by `/`, cleared by Escape or its button. */
export function SearchField({
  label,
  clearLabel,
  action,
  value,
  className,
  onType,
  onFocus,
  onKeyDown,
}: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const { id, name } = action;
  useActions(
    useMemo<Action[]>(
      () => [{ id, name, group: "page", icon: Search, shortcut: "/", run: () => field.current?.select() }],
      [id, name],
    ),
  );
  return (
    <search className={classes(styles.search, className)}>
      <Search size={18} aria-hidden />
      <input
        ref={field}
        type="search"
        value={value}
        placeholder={label}
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        onFocus={onFocus}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !value) {
            onKeyDown?.(event);
            return;
          }
          event.preventDefault();
          onType("");
        }}
      />
      {value && (
        <Button look="quiet" small icon={X} iconOnly onClick={() => onType("")}>
          {clearLabel}
        </Button>
      )}
    </search>
  );
}
