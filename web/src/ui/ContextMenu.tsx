import { useRef } from "react";
import { Choices } from "./Choices";
import type { Choice } from "./Menu";

interface ContextMenuProps {
  label: string;
  choices: Choice[];
  /** What it belongs to; the focus goes back there. */
  anchor: HTMLElement;
  onClose: () => void;
}

/** A menu for something on the page, without a button of its own. */
export default function ContextMenu({ label, choices, anchor, onClose }: ContextMenuProps) {
  const at = useRef(anchor);
  const stays = useRef(false);
  return (
    <Choices
      label={label}
      choices={choices.map((each) => ({
        ...each,
        run: () => {
          stays.current = each.stays === true;
          if (!stays.current) onClose();
          each.run();
        },
      }))}
      triggerRef={at}
      isOpen
      takesFocus
      placement="bottom"
      onOpenChange={(isOpen) => isOpen || stays.current || onClose()}
    />
  );
}
