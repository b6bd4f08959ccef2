import { useQueries } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { previewQuery } from "@/api/downloads";
import type { Looked } from "./LinkCard";
import { linksOf } from "./links";
import { type Choice, offersOf } from "./offers";

const PAUSE = 400;

/** A text that has not changed for a moment; what is there from the start counts at once. */
export function useRested(text: string): [string, (text: string) => void] {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return [rested, setRested];
}

export const PLAIN: Choice = { duplicate: "skip" };

/** Looks at every link of a text. A link that leaves the text is not asked for any longer. */
export function useLooked(text: string, choices: Readonly<Record<string, Choice>>): Looked[] {
  const links = useMemo(() => linksOf(text), [text]);
  const looks = useQueries({ queries: links.map((url) => previewQuery({ url })) });
  const single = (link: string) => (choices[link]?.files?.length === 1 ? choices[link].files[0] : undefined);
  const closer = useQueries({
    queries: links.map((url) => ({ ...previewQuery({ url, file: single(url) }), enabled: single(url) !== undefined })),
  });
  return links.map((link, at) => {
    const [look, close] = [looks[at], single(link) ? closer[at] : undefined];
    return {
      link,
      preview: close?.data ?? look?.data,
      offers: look?.data ? offersOf(look.data) : [],
      problem: look?.isFetching ? undefined : look?.error,
      again: () => void look?.refetch(),
    };
  });
}
