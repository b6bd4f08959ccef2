import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "@/i18n";
import { Button } from "./Button";
import styles from "./Sheet.module.css";

interface SheetProps {
  title: string;
  onClose: () => void;
  /** A dialog in the middle, a panel at the side, or an alert that asks something. */
  look?: "dialog" | "side" | "alert";
  wide?: boolean;
  foot?: ReactNode;
  children: ReactNode;
}

/** A dialog above the page: the focus goes in and comes back, Escape and a click beside it close it. */
export default function Sheet({ title, onClose, look = "dialog", wide, foot, children }: SheetProps) {
  const { t } = useWords();
  return (
    <ModalOverlay
      isOpen
      isDismissable={look !== "alert"}
      onOpenChange={(isOpen) => isOpen || onClose()}
      className={styles.veil ?? ""}
      data-look={look}
    >
      <Modal className={styles.sheet ?? ""} data-look={look} data-wide={wide || undefined}>
        <Dialog className={styles.dialog ?? ""} role={look === "alert" ? "alertdialog" : "dialog"}>
          <header className={styles.head}>
            <Heading slot="title">{title}</Heading>
            <Button look="quiet" icon={X} iconOnly onClick={onClose}>
              {t("web.app.close")}
            </Button>
          </header>
          <div className={styles.body}>{children}</div>
          {foot && <footer className={styles.foot}>{foot}</footer>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
