/** What kinds and the values of facets are called. */

import { useMemo } from "react";
import { useWords } from "@/i18n";

/** Families and creators are names and stay as they are; everything of our own making has words. */
export function useLabels() {
  const { maybe, t, format } = useWords();
  return useMemo(() => {
    const kind = (value: string) => maybe(`web.kinds.${value}`) ?? value;
    function value(facet: string, of: string): string {
      if (facet === "root" && (of === "" || of === "none")) return t("web.values.library");
      if (of === "none") return t("web.values.none");
      if (facet === "kind") return kind(of);
      if (facet === "rating") return t("web.values.stars", { count: Number(of) });
      if (facet === "favorite") return of === "yes" ? t("web.values.yes") : t("web.values.no");
      return maybe(`web.values.${facet}.${of}`) ?? of;
    }
    return { kind, value, facet: (name: string) => maybe(`web.facets.${name}`) ?? name, number: format.number };
  }, [maybe, t, format]);
}
