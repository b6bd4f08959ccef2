import { CircleAlert, CircleCheck, CloudOff, ExternalLink, KeyRound, PlugZap, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Refused } from "@/api/client";
import { type Key as Held, type KeyTrial, removeKey, setKey, tryKey } from "@/api/tokens";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { announce } from "@/lib/announce";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { TextField } from "@/ui/Field";
import { useReport } from "@/ui/useReport";
import { Block } from "./Block";
import styles from "./KeyCard.module.css";

/** Where each source makes keys, and the variable that holds one. */
const SOURCES: Record<string, { page: string; variable: string }> = {
  civitai: { page: "https://civitai.com/user/account", variable: "CIVITAI_API_KEY" },
  huggingface: { page: "https://huggingface.co/settings/tokens", variable: "HF_TOKEN" },
};
const ICONS = { good: CircleCheck, refused: CircleAlert, unreachable: CloudOff, none: KeyRound };

/** The key of one source: whether it is set, setting another one, trying it, forgetting it. It is never shown. */
export function KeyCard({ held }: { held: Held }) {
  const { t, maybe } = useWords();
  const report = useReport();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [trial, setTrial] = useState<KeyTrial>();
  const [isTrying, setTrying] = useState(false);
  const name = maybe(`web.values.source.${held.name}`) ?? held.name;
  const source = SOURCES[held.name];
  const isFixed = held.from === "environment";

  async function save() {
    const value = typed.trim();
    if (!value) return;
    try {
      await setKey(held.name, value);
    } catch (problem) {
      if (problem instanceof Refused && problem.status > 0) setWrong(t("web.settings.key-wrong"));
      else await report(() => Promise.reject(problem));
      return;
    }
    setTyped("");
    toast({ text: t("web.settings.key-saved", { name }) });
    await attempt();
  }
  async function attempt() {
    setTrying(true);
    await report(async () => {
      const told = await tryKey(held.name);
      setTrial(told);
      announce(told.sentence);
    });
    setTrying(false);
  }
  async function forget() {
    await report(async () => {
      await removeKey(held.name);
      setTrial(undefined);
      toast({ text: t("web.settings.key-removed", { name }) });
    });
    field.current?.focus();
  }

  return (
    <Block
      title={name}
      lead={maybe(`web.settings.key-for.${held.name}`)}
      actions={
        <Chip tone={held.set ? "ok" : undefined} icon={KeyRound}>
          {held.set ? t("web.settings.key-set") : t("web.settings.key-not-set")}
        </Chip>
      }
    >
      {held.set && (
        <div className={styles.held}>
          <p>
            {held.last4 ? t("web.settings.key-ends", { last4: held.last4 }) : t("web.settings.key-short")}
            {" · "}
            {isFixed ? t("web.settings.key-environment", { name: source?.variable ?? "" }) : t("web.settings.key-file")}
          </p>
          <div className={styles.actions}>
            <Button small icon={PlugZap} busy={isTrying} onClick={() => void attempt()}>
              {t("web.settings.key-test")}
            </Button>
            {!isFixed && (
              <Button small icon={Trash2} onClick={() => void forget()}>
                {t("web.settings.key-remove")}
              </Button>
            )}
          </div>
        </div>
      )}
      {trial && held.set && <Outcome trial={trial} />}
      {!isFixed && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField
            ref={field}
            type="password"
            label={held.set ? t("web.settings.key-new", { name }) : t("web.settings.key-label", { name })}
            wrong={wrong}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setTyped(event.target.value);
              setWrong(undefined);
            }}
          />
          <Button type="submit" look="primary" disabled={!typed.trim()}>
            {t("web.settings.key-save")}
          </Button>
        </form>
      )}
      {source && (
        <a className={styles.link} href={source.page} target="_blank" rel="noopener noreferrer">
          {t("web.settings.key-make", { name })}
          <ExternalLink size={14} aria-hidden />
          <span className="visually-hidden">{t("web.settings.new-tab")}</span>
        </a>
      )}
    </Block>
  );
}

/** What the source said: an icon and words. */
function Outcome({ trial }: { trial: KeyTrial }) {
  const { t } = useWords();
  const Icon = ICONS[trial.state];
  const hint = trial.state === "refused" ? t("web.settings.key-again") : trial.hint;
  return (
    <div className={styles.trial} data-state={trial.state}>
      <Icon size={20} aria-hidden />
      <div>
        <p>
          <strong>{t(`web.settings.key-states.${trial.state}` as Key)}</strong>
        </p>
        <p>
          {trial.sentence}
          {hint && ` – ${hint}`}
        </p>
      </div>
    </div>
  );
}
