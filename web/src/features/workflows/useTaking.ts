import { useEffect, useState } from "react";
import { give, workflowIn } from "./given";

const isField = (target: EventTarget | null) =>
  target instanceof Element && target.closest("input,textarea,select,[contenteditable]") !== null;

/** Takes what is dropped or pasted on this page; what is no workflow goes on to whoever wants it. Tells of files above. */
export function useTaking(): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    function take(event: Event, given: DataTransfer | null) {
      const found = given && workflowIn(given);
      if (!found) return;
      event.preventDefault();
      event.stopPropagation();
      give(found);
    }
    const enter = () => setOver(true);
    const leave = (event: DragEvent) => event.relatedTarget || setOver(false);
    const drop = (event: DragEvent) => {
      setOver(false);
      take(event, event.dataTransfer);
    };
    const paste = (event: ClipboardEvent) => isField(event.target) || take(event, event.clipboardData);
    document.addEventListener("dragenter", enter);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("dragenter", enter);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
      document.removeEventListener("paste", paste);
    };
  }, []);
  return isOver;
}
