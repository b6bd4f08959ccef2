import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useWords } from "@/i18n";
import { dismiss, type ShownToast, toasts } from "@/lib/toasts";
import { Button } from "./Button";
import styles from "./Toasts.module.css";

const ICONS = { ok: CircleCheck, bad: CircleAlert, info: Info };

/** Goes after its time, which stands still while the pointer or the focus is on it. */
function Shown({ toast }: { toast: ShownToast }) {
  const { t } = useWords();
  const [held, setHeld] = useState(false);
  const left = useRef(toast.stays ?? 0);
  useEffect(() => {
    if (held || !Number.isFinite(left.current)) return;
    const begun = Date.now();
    const timer = setTimeout(() => dismiss(toast.id), left.current);
    return () => {
      clearTimeout(timer);
      left.current = Math.max(1500, left.current - (Date.now() - begun));
    };
  }, [held, toast.id]);
  const tone = toast.tone ?? "ok";
  const Icon = ICONS[tone];
  return (
    <li
      className={styles.toast}
      data-tone={tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon size={20} aria-hidden />
      <div className={styles.text}>
        <p>{toast.text}</p>
        {toast.detail && <p className={styles.detail}>{toast.detail}</p>}
      </div>
      {toast.action && (
        <Button
          look="quiet"
          small
          className={styles.action}
          onClick={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <Button look="quiet" small icon={X} iconOnly onClick={() => dismiss(toast.id)}>
        {t("web.app.close")}
      </Button>
    </li>
  );
}

/** The corner where messages come up. */
export function Toasts() {
  const { t } = useWords();
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <section aria-label={t("web.app.notifications")} className={styles.region}>
      <ol className={styles.list}>
        {shown.map((toast) => (
          <Shown key={toast.id} toast={toast} />
        ))}
      </ol>
    </section>
  );
}
