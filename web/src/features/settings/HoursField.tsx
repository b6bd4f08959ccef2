import { useEffect, useId, useState } from "react";
import type { Setting } from "@/api/settings";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import styles from "./HoursField.module.css";
import { endsOf } from "./hours";
import type { Saving } from "./useSaving";

interface HoursFieldProps {
  setting: Setting;
  saving: Saving;
  help: React.ReactNode;
}

/** From when until when; saved as soon as both are there, and empty for always. */
export function HoursField({ setting, saving, help }: HoursFieldProps) {
  const { t } = useWords();
  const id = useId();
  const told = String(setting.value ?? "");
  const [[from, to], setEnds] = useState(() => endsOf(told));
  useEffect(() => setEnds(endsOf(told)), [told]);
  function commit() {
    const text = from && to ? `${from}-${to}` : from || to ? undefined : "";
    if (text !== undefined && text !== told) void saving.save(text);
  }
  const common = {
    type: "time",
    readOnly: !setting.changeable,
    onKeyDown: (event: React.KeyboardEvent) => event.key === "Enter" && commit(),
  };
  return (
    <fieldset
      className={styles.hours}
      aria-describedby={`${id}-help`}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || commit()}
    >
      <legend>{setting.title}</legend>
      <div className={styles.row}>
        <TextField
          {...common}
          id={`setting-${setting.name}`}
          label={t("web.settings.hours-from")}
          value={from}
          onChange={(event) => setEnds([event.target.value, to])}
        />
        <TextField
          {...common}
          label={t("web.settings.hours-to")}
          value={to}
          onChange={(event) => setEnds([from, event.target.value])}
        />
        {setting.changeable && (
          <Button look="quiet" disabled={!from && !to && !told} onClick={() => void saving.save("")}>
            {t("web.settings.always")}
          </Button>
        )}
      </div>
      <p id={`${id}-help`} className={styles.help}>
        {help}
      </p>
      {saving.wrong && (
        <p role="alert" className={styles.wrong}>
          {saving.wrong}
        </p>
      )}
    </fieldset>
  );
}
