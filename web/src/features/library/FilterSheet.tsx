import type { ReactNode } from "react";
import { useWords } from "@/i18n";
import Sheet from "@/ui/Sheet";

/** The filters where there is no room beside the wall. */
export default function FilterSheet({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const { t } = useWords();
  return (
    <Sheet title={t("web.library.filters")} look="side" onClose={onClose}>
      {children}
    </Sheet>
  );
}
