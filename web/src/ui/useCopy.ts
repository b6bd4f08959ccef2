import { useCallback } from "react";
import { useWords } from "@/i18n";
import { copyText } from "@/lib/copy";
import { toast } from "@/lib/toasts";

/** Copies a text and says so; `what` was copied. */
export function useCopy() {
  const { t } = useWords();
  return useCallback(
    async (text: string, what?: string) => {
      const done = await copyText(text);
      const told = done ? t("web.app.copied") : t("web.app.copy-failed");
      toast({ text: done && what ? `${told}: ${what}` : told, tone: done ? "ok" : "bad", stays: 2500 });
    },
    [t],
  );
}
