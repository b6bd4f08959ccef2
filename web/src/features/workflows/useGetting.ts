import { useCallback, useState } from "react";
import { getOffers, type Offer } from "@/api/workflows";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { problemIn } from "@/ui/problem";

/** Puts offers into the queue, and says what became of it. */
export function useGetting() {
  const words = useWords();
  const [isGetting, setGetting] = useState(false);
  const get = useCallback(
    async (offers: readonly Offer[]) => {
      setGetting(true);
      try {
        const told = await getOffers(offers);
        const refused = told.flatMap((each) => (each.problem ? [each.problem] : []));
        const went = told.length - refused.length;
        if (went) toast({ tone: "ok", text: words.t("web.workflows.began", { count: went }) });
        for (const each of refused) {
          const { sentence, hint } = words.explain(each.code, each.facts);
          toast({ tone: "bad", text: sentence, detail: hint });
        }
      } catch (problem) {
        const { sentence, hint } = problemIn(words, problem);
        toast({ tone: "bad", text: sentence, detail: hint });
      } finally {
        setGetting(false);
      }
    },
    [words],
  );
  return { get, isGetting };
}
