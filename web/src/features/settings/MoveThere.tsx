import { FolderInput } from "lucide-react";
import { Suspense, useState } from "react";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { Button } from "@/ui/Button";
import { Block } from "./Block";
import { RunningTasks } from "./RunningTasks";

const PlanSheet = page(() => import("./PlanSheet"));

/** What lies elsewhere by the rules that hold can follow them, once somebody has read what would move. */
export function MoveThere({ isUnsaved }: { isUnsaved: boolean }) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <Block
      title={t("web.settings.there")}
      lead={t(isUnsaved ? "web.settings.there-unsaved" : "web.settings.there-lead")}
      actions={
        <Button icon={FolderInput} disabled={isUnsaved} aria-haspopup="dialog" onClick={() => setOpen(true)}>
          {t("web.settings.there-go")}
        </Button>
      }
    >
      <RunningTasks kinds={["place"]} />
      {isOpen && (
        <Suspense fallback={null}>
          <PlanSheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </Block>
  );
}
