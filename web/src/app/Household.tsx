import { useEffect } from "react";
import { useSettings } from "@/api/settings";
import { followHousehold } from "@/lib/preferences";

/** Keeps this browser in step with what the server says for all; events make the settings be asked anew. */
export function Household() {
  const { data } = useSettings();
  useEffect(() => {
    if (data) followHousehold(data.values);
  }, [data]);
  return null;
}
