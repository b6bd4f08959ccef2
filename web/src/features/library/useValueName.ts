import { useCallback } from "react";
import { useFamilyName } from "@/api/about";
import { useRootName } from "@/api/roots";
import { useLabels } from "@/lib/labels";

export type ValueName = (facet: string, value: string) => string;

/** What the value of a filter is called: folders and families by their names, the rest by words. */
export function useValueName(): ValueName {
  const labels = useLabels();
  const root = useRootName();
  const family = useFamilyName();
  return useCallback(
    (facet, value) => {
      if (value === "none" || value === "") return labels.value(facet, value);
      if (facet === "root") return root(value);
      return facet === "family" ? family(value) : labels.value(facet, value);
    },
    [labels, root, family],
  );
}
