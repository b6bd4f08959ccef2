import { type ComponentType, type ReactNode, useEffect, useRef, useState } from "react";
import type { Setting } from "@/api/settings";
import { useWords } from "@/i18n";
import { bytesAsTyped, bytesIn } from "@/lib/amounts";
import { SelectField, Switch, TextField } from "@/ui/Field";
import { HoursField } from "./HoursField";
import type { Saving } from "./useSaving";

export interface ControlProps {
  setting: Setting;
  saving: Saving;
  help: ReactNode;
}

interface Typing {
  /** How a value is shown, and what a typed text means; a text that means nothing goes as it is, the server says why. */
  show: (value: unknown) => string;
  read: (text: string) => unknown;
  mode?: "numeric" | "decimal";
  isCode?: boolean;
}

const number = (text: string) => {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() && Number.isFinite(value) ? value : text;
};
const plain = (value: unknown) => (value === null || value === undefined ? "" : String(value));
const bytes = (value: unknown) => (typeof value === "number" ? bytesAsTyped(value) : plain(value));
const TEXT: Typing = { show: plain, read: (text) => text.trim() };
const PATH: Typing = { ...TEXT, isCode: true };
const TYPING: Partial<Record<Setting["type"], Typing>> = {
  integer: { show: plain, read: number, mode: "numeric" },
  number: { show: plain, read: number, mode: "decimal" },
  bytes: { show: bytes, read: (text) => bytesIn(text) ?? text },
  "bytes-per-second": {
    show: (value) => (value ? `${bytes(value)}/s` : bytes(value)),
    read: (text) => bytesIn(text) ?? text,
  },
  folder: PATH,
  file: PATH,
  url: PATH,
};

/** Something typed: saved when it is left or with Enter; Escape goes back to what was. */
function Typed({ setting, saving, help }: ControlProps) {
  const { show, read, mode, isCode } = TYPING[setting.type] ?? TEXT;
  const told = show(setting.value);
  const [typed, setTyped] = useState<string>();
  const tried = useRef<string>(undefined);
  const { calm } = saving;
  useEffect(() => {
    // The value has changed elsewhere, or was saved: what was typed is over.
    if (told !== undefined) setTyped(undefined);
  }, [told]);
  async function commit() {
    if (typed === undefined || typed === tried.current) return;
    if (show(read(typed)) === told) return setTyped(undefined);
    tried.current = typed;
    if (await saving.save(read(typed))) {
      tried.current = undefined;
      setTyped(undefined);
    }
  }
  return (
    <TextField
      id={`setting-${setting.name}`}
      label={setting.title}
      help={help}
      wrong={saving.wrong}
      value={typed ?? told}
      readOnly={!setting.changeable}
      inputMode={mode}
      size={mode && 12}
      spellCheck={isCode ? false : undefined}
      autoComplete="off"
      onChange={(event) => {
        setTyped(event.target.value);
        tried.current = undefined;
        calm();
      }}
      onBlur={() => void commit()}
      onKeyDown={(event) => {
        if (event.key === "Enter") void commit();
        else if (event.key === "Escape" && typed !== undefined) {
          event.preventDefault();
          setTyped(undefined);
          calm();
        }
      }}
    />
  );
}

function Flag({ setting, saving, help }: ControlProps) {
  return (
    <Switch
      label={setting.title}
      help={
        <>
          {help}
          {saving.wrong && <span role="alert">{saving.wrong}</span>}
        </>
      }
      checked={Boolean(saving.coming ?? setting.value)}
      disabled={!setting.changeable}
      onChange={(checked) => void saving.save(checked)}
    />
  );
}

function Choice({ setting, saving, help }: ControlProps) {
  return (
    <SelectField
      id={`setting-${setting.name}`}
      label={setting.title}
      help={help}
      wrong={saving.wrong}
      value={String(saving.coming ?? setting.value)}
      disabled={!setting.changeable}
      options={setting.choices?.map((each) => [each.value, each.title] as const) ?? []}
      onChange={(event) => void saving.save(event.target.value)}
    />
  );
}

/** Rules have a page of their own. */
function Elsewhere({ help }: ControlProps) {
  const { t } = useWords();
  return (
    <p>
      {t("web.settings.rules-elsewhere")} {help}
    </p>
  );
}

/** The control of a setting, by what its value is. */
export const CONTROLS: Record<Setting["type"], ComponentType<ControlProps>> = {
  integer: Typed,
  number: Typed,
  text: Typed,
  bytes: Typed,
  "bytes-per-second": Typed,
  folder: Typed,
  file: Typed,
  url: Typed,
  flag: Flag,
  choice: Choice,
  hours: HoursField,
  rules: Elsewhere,
};
