import { Plus } from "lucide-react";
import { type ClipboardEvent, type FormEvent, useState } from "react";
import { useWords } from "@/i18n";
import { openAdd } from "@/lib/adding";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import styles from "./DownloadsPage.module.css";

/** A place for links; what is pasted here is looked at before it is fetched. */
export function PasteBox() {
  const { t } = useWords();
  const [text, setText] = useState("");
  function add(what: string) {
    openAdd({ text: what.trim() });
    setText("");
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add(text);
  };
  /** Lines would be lost in a field of one line. */
  const paste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text/plain");
    if (!pasted.trim() || text) return;
    event.preventDefault();
    add(pasted);
  };
  return (
    <form className={styles.paste} onSubmit={submit}>
      <TextField
        bare
        label={t("web.downloads.paste")}
        placeholder={t("web.downloads.paste")}
        value={text}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onPaste={paste}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" icon={Plus}>
        {t("web.nav.add")}
      </Button>
    </form>
  );
}
