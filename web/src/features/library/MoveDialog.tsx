import { useState } from "react";
import { moveModel } from "@/api/models";
import { ended } from "@/api/tasks";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";

/** Moves models into a folder below the library; what cannot be moved is said, the rest goes on. */
export default function MoveDialog({ ids, onClose }: { ids: string[]; onClose: () => void }) {
  const { t } = useWords();
  const [to, setTo] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const wrong = useProblem(problem);
  async function move() {
    setBusy(true);
    let failed: unknown;
    let moved = 0;
    for (const id of ids) {
      try {
        await ended(await moveModel(id, { to: to.trim() }));
        moved += 1;
      } catch (each) {
        failed = each;
      }
    }
    setBusy(false);
    setProblem(failed);
    if (moved) toast({ text: t("web.library.moved", { count: moved }) });
    if (!failed) onClose();
    else if (moved) toast({ text: t("web.library.not-moved", { count: ids.length - moved }), tone: "bad" });
  }
  return (
    <Sheet title={t("web.library.move")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (to.trim()) void move();
        }}
      >
        <TextField
          label={t("web.library.move-to")}
          help={t("web.library.move-help")}
          wrong={problem ? `${wrong.sentence}. ${wrong.hint}` : undefined}
          value={to}
          autoFocus
          onChange={(event) => setTo(event.target.value)}
        />
        <div className="row-end">
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" look="primary" busy={isBusy} disabled={!to.trim()}>
            {t("web.library.move-go")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
