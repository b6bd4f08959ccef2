import { useCallback, useEffect, useRef, useState } from "react";
import { Refused } from "@/api/client";
import { changeSettings, type Setting } from "@/api/settings";
import { useWords } from "@/i18n";
import { announce } from "@/lib/announce";
import { useReport } from "@/ui/useReport";

const TOLD = 8000;

export interface Saving {
  state: "idle" | "saving" | "saved";
  /** What is wrong with the value that was tried last, in the server's words. */
  wrong: string | undefined;
  /** The value on its way, so that a switch moves at once. */
  coming: unknown;
  /** Saves a value; null goes back to the default. Gives whether it was taken. */
  save: (value: unknown) => Promise<boolean>;
  undo: () => void;
  calm: () => void;
}

/** Saves one setting, tells quietly that it was saved, and has a way back for a while. */
export function useSaving(setting: Setting): Saving {
  const { t } = useWords();
  const report = useReport();
  const [state, setState] = useState<Saving["state"]>("idle");
  const [wrong, setWrong] = useState<string>();
  const [coming, setComing] = useState<unknown>();
  const before = useRef<unknown>(null);
  const now = useRef(setting);
  now.current = setting;

  useEffect(() => {
    if (state !== "saved") return;
    const timer = setTimeout(() => setState("idle"), TOLD);
    return () => clearTimeout(timer);
  }, [state]);

  const save = useCallback(
    async (value: unknown) => {
      const { name, title, from, value: old } = now.current;
      setState("saving");
      setWrong(undefined);
      setComing(value ?? now.current.default);
      try {
        await changeSettings({ [name]: value });
      } catch (problem) {
        setState("idle");
        if (problem instanceof Refused && problem.status > 0) setWrong(problem.message);
        else await report(() => Promise.reject(problem));
        return false;
      } finally {
        setComing(undefined);
      }
      before.current = from === "saved" ? old : null;
      setState("saved");
      announce(t("web.settings.saved-name", { name: title }), `setting:${name}`);
      return true;
    },
    [t, report],
  );
  const undo = useCallback(() => void save(before.current), [save]);
  const calm = useCallback(() => setWrong(undefined), []);
  return { state, wrong, coming, save, undo, calm };
}
