import { useCallback, useMemo } from "react";
import { type Download, downloadQuery } from "@/api/downloads";
import { queries } from "@/api/queries";

/** Finds downloads by id: those that are not finished, and those that were until a moment ago. */
export function useKnown(downloads: readonly Download[]): (id: string) => Download | undefined {
  const byId = useMemo(() => new Map(downloads.map((each) => [each.id, each])), [downloads]);
  return useCallback((id) => byId.get(id) ?? queries.getQueryData(downloadQuery(id).queryKey), [byId]);
}
