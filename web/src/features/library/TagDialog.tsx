import { useState } from "react";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useBulk } from "@/ui/useBulk";

const listed = (text: string) =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/** Adds tags to models, and takes some away. */
export default function TagDialog({ ids, onClose }: { ids: string[]; onClose: () => void }) {
  const { t } = useWords();
  const bulk = useBulk();
  const [add, setAdd] = useState("");
  const [remove, setRemove] = useState("");
  const isNothing = !listed(add).length && !listed(remove).length;
  return (
    <Sheet title={t("web.library.tag")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isNothing) return;
          void bulk.edit(ids, { add_tags: listed(add), remove_tags: listed(remove) });
          onClose();
        }}
      >
        <TextField
          label={t("web.library.tags-add")}
          help={t("web.library.tags-help")}
          value={add}
          autoFocus
          onChange={(event) => setAdd(event.target.value)}
        />
        <TextField
          label={t("web.library.tags-remove")}
          value={remove}
          onChange={(event) => setRemove(event.target.value)}
        />
        <div className="row-end">
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" look="primary" disabled={isNothing}>
            {t("web.library.apply")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
