import { BellOff, BellRing } from "lucide-react";
import { useState } from "react";
import { useWords } from "@/i18n";
import { canNotify, notify } from "@/lib/notify";
import { toast } from "@/lib/toasts";
import { useStored } from "@/lib/useStored";
import { Button } from "@/ui/Button";

/** Switches notifications of the system on and off; absent where the browser has none, as on plain http. */
export function NotifyButton() {
  const { t } = useWords();
  const [isWanted, setWanted] = useStored(notify);
  const [isAllowed, setAllowed] = useState(() => canNotify() && Notification.permission === "granted");
  if (!canNotify()) return null;
  const isOn = isWanted && isAllowed;
  async function toggle() {
    if (isOn) return setWanted(false);
    const answer = await Notification.requestPermission();
    setAllowed(answer === "granted");
    setWanted(answer === "granted");
    if (answer !== "granted") toast({ text: t("web.downloads.notify-denied"), tone: "info" });
  }
  return (
    <Button look="quiet" icon={isOn ? BellRing : BellOff} iconOnly aria-pressed={isOn} onClick={() => void toggle()}>
      {t("web.downloads.notify")}
    </Button>
  );
}
