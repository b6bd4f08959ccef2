import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addToList, listsQuery, removeFromList } from "@/api/lists";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "./Button";
import { TextField } from "./Field";
import Sheet from "./Sheet";
import { useReport } from "./useReport";

/** Puts models into a list: one that is there, or a new one. */
export default function ListDialog({ ids, onClose }: { ids: string[]; onClose: () => void }) {
  const { t } = useWords();
  const report = useReport();
  const { data: lists = [] } = useQuery(listsQuery);
  const [name, setName] = useState("");
  async function add(to: string) {
    const isNew = !lists.some((each) => each.name === to);
    onClose();
    await report(async () => {
      await addToList(to, ids, isNew);
      toast({
        text: t("web.library.listed", { count: ids.length, name: to }),
        action: { label: t("web.app.undo"), run: () => void report(() => removeFromList(to, ids)) },
      });
    });
  }
  return (
    <Sheet title={t("web.library.list")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) void add(name.trim());
        }}
      >
        {lists.length > 0 && (
          <ul className="choices">
            {lists.map((each) => (
              <li key={each.name}>
                <Button look="quiet" onClick={() => void add(each.name)}>
                  {each.name} · {t("web.library.count", { count: each.count })}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <TextField
          label={t("web.library.list-new")}
          value={name}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <div className="row-end">
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" look="primary" disabled={!name.trim()}>
            {t("web.library.list-add")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
