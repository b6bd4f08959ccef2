import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

type Values = Record<string, string | string[] | undefined>;

/** What the address says after `?`, and how to change it; empty values leave the address. */
export function useUrlState() {
  const search = useSearch();
  const [path, go] = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback(
    (values: Values, { replace = true } = {}) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(values)) {
        next.delete(name);
        for (const each of Array.isArray(value) ? value : [value]) if (each) next.append(name, each);
      }
      const text = next.toString();
      go(text ? `${path}?${text}` : path, { replace });
    },
    [path, go],
  );
  return [params, change] as const;
}
