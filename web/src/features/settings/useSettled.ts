import { useEffect, useState } from "react";

/** A value as it was a moment ago: what is typed fast makes one question. */
export function useSettled<Value>(value: Value, patience = 300): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), patience);
    return () => clearTimeout(timer);
  }, [value, patience]);
  return settled;
}
