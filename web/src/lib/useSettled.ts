import { useEffect, useState } from "react";

const PATIENCE = 250;

/** What was typed, once the hand has rested. */
export function useSettled(text: string, patience = PATIENCE): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), patience);
    return () => clearTimeout(timer);
  }, [text, patience]);
  return settled;
}
