import type { ReactNode } from "react";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import Sheet from "@/ui/Sheet";
import styles from "./FilterSheet.module.css";

interface FilterSheetProps {
  /** How many models the filters leave; undefined until that is known. */
  total: number | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** The filters where there is no room beside the wall. Its foot tells what they leave, and leads there. */
export default function FilterSheet({ total, onClose, children }: FilterSheetProps) {
  const { t } = useWords();
  return (
    <Sheet
      title={t("web.library.filters")}
      look="side"
      onClose={onClose}
      foot={
        total !== undefined && (
          <Button look="primary" className={styles.show} onClick={onClose}>
            {t("web.library.count", { count: total })}
          </Button>
        )
      }
    >
      {children}
    </Sheet>
  );
}
