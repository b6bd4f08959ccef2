import { useState } from "react";
import { purgeTrash, type TrashEntry } from "@/api/trash";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useReport } from "@/ui/useReport";

/** From so many on one types their number: a click alone could be a slip. */
const MANY = 20;

/** Asks before anything goes for good: what it is, how much it frees. */
export default function PurgeDialog({ entries, onClose }: { entries: readonly TrashEntry[]; onClose: () => void }) {
  const { t, format } = useWords();
  const report = useReport();
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const count = entries.length;
  const size = entries.reduce((sum, each) => sum + each.size, 0);
  const isSure = count <= MANY || typed.trim() === String(count);
  const forgotten = entries.filter((each) => each.why === "forgotten").length;
  async function purge() {
    setBusy(true);
    await report(async () => {
      const told = await purgeTrash(entries.map((each) => each.entry));
      toast({ text: t("web.trash.purged", { count: told.purged.length, size: format.bytes(told.freed) }) });
      if (told.kept.length)
        toast({ text: t("web.trash.kept", { count: told.kept.length }), detail: told.kept[0], tone: "bad" });
    });
    onClose();
  }
  return (
    <Sheet
      look="alert"
      title={count === 1 ? t("web.trash.purge-one", { name: entries[0]?.name }) : t("web.trash.purge-many", { count })}
      onClose={onClose}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure && !isBusy) void purge();
        }}
      >
        <p>{t("web.trash.purge-sure", { size: format.bytes(size) })}</p>
        {forgotten > 0 && <p>{t("web.trash.purge-forgotten", { count: forgotten })}</p>}
        {count > MANY && (
          <TextField
            label={t("web.trash.type-number", { count })}
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            autoFocus
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        <div className="row-end">
          <Button autoFocus={count <= MANY} onClick={onClose}>
            {t("web.app.cancel")}
          </Button>
          <Button type="submit" look="danger" busy={isBusy} disabled={!isSure}>
            {t("web.trash.purge")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
