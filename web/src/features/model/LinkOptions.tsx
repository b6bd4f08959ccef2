import { useState } from "react";
import type { ModelInApp } from "@/api/apps";
import { Refused } from "@/api/client";
import type { ModelRecord } from "@/api/models";
import { editModel } from "@/api/record";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { useReport } from "@/ui/useReport";
import { saidWith } from "./linked";

interface LinkOptionsProps {
  told: ModelInApp;
  record: ModelRecord;
  onClose: () => void;
}

const FIELDS = ["versions", "path"] as const;
type Field = (typeof FIELDS)[number];

/** For which versions of an app a model is, and its own place there; what the server refuses is said at the field. */
export function LinkOptions({ told, record, onClose }: LinkOptionsProps) {
  const { t } = useWords();
  const report = useReport();
  const said = record.apps?.[told.app] ?? {};
  const text = (name: Field) => (typeof said[name] === "string" ? said[name] : "");
  const [typed, setTyped] = useState({ versions: text("versions"), path: text("path") });
  const [wrong, setWrong] = useState<{ field: Field; words: string }>();
  const [isBusy, setBusy] = useState(false);
  async function save() {
    setBusy(true);
    const before = record.apps?.[told.app] ?? null;
    const change = { versions: typed.versions.trim(), path: typed.path.trim() };
    try {
      await editModel(record.id, { apps: { [told.app]: saidWith(record, told.app, change) } });
      toast({
        text: t("web.model.link-changed", { title: told.title }),
        action: {
          label: t("web.app.undo"),
          run: () => void report(() => editModel(record.id, { apps: { [told.app]: before } })),
        },
      });
      onClose();
    } catch (problem) {
      setBusy(false);
      const field = problem instanceof Refused && FIELDS.find((each) => each === problem.context.name);
      if (field) setWrong({ field, words: problem.message });
      else await report(() => Promise.reject(problem));
    }
  }
  const field = (name: Field) => ({
    value: typed[name],
    spellCheck: false,
    autoComplete: "off",
    wrong: wrong?.field === name ? wrong.words : undefined,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      setTyped({ ...typed, [name]: event.target.value });
      setWrong(undefined);
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void save();
      }}
    >
      <TextField
        label={t("web.model.link-versions")}
        help={t("web.model.link-versions-help")}
        autoFocus
        {...field("versions")}
      />
      <TextField label={t("web.model.link-path")} help={t("web.model.link-path-help")} {...field("path")} />
      <div className="row-end">
        <Button onClick={onClose}>{t("web.app.cancel")}</Button>
        <Button type="submit" look="primary" busy={isBusy}>
          {t("web.library.save")}
        </Button>
      </div>
    </form>
  );
}
