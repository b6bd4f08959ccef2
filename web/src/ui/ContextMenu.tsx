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
  return (
    <Choices
      label={label}
      choices={choices.map((each) => ({
        ...each,
        run: () => {
          if (!each.stays) onClose();
          each.run();
        },
      }))}
      triggerRef={at}
      isOpen
      takesFocus
      placement="bottom"
      onOpenChange={(isOpen) => isOpen || onClose()}
    />
  );
}
