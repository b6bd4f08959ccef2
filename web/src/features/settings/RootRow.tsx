import { useQuery } from "@tanstack/react-query";
import { FolderMinus, FolderSearch, HardDrive, Library, PlugZap } from "lucide-react";
import { Suspense, useState } from "react";
import { Link } from "wouter";
import { forgetRoot, type Root, watchRoot } from "@/api/roots";
import { usageQuery } from "@/api/usage";
import { useWords } from "@/i18n";
import { page } from "@/lib/page";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Switch } from "@/ui/Field";
import { useReport } from "@/ui/useReport";
import styles from "./Roots.module.css";

const ForgetSheet = page(() => import("./ForgetSheet"));

/** One folder: where it is, what lies in it, how it is treated. The library's own has an empty id. */
export function RootRow({ root, onScan }: { root: Root; onScan: () => void }) {
  const { t, format } = useWords();
  const report = useReport();
  const { data: usage } = useQuery(usageQuery);
  const [isLeaving, setLeaving] = useState(false);
  const share = usage?.by_root.find((each) => each.root === root.id);
  const isOwn = root.id === "";
  return (
    <li className={styles.root}>
      <div className={styles.top}>
        {isOwn ? <Library size={20} aria-hidden /> : <HardDrive size={20} aria-hidden />}
        <div className={styles.words}>
          <code className={styles.path}>{root.path}</code>
          <p className={styles.facts}>
            <Link href={`/library?root=${root.id || "none"}`} className={styles.count}>
              {t("web.library.count", { count: root.models })}
            </Link>
            {share && <span>{format.bytes(share.bytes)}</span>}
          </p>
        </div>
        <div className={styles.chips}>
          {isOwn && <Chip>{t("web.settings.own")}</Chip>}
          {root.sidecars === "central" && <Chip>{t("web.settings.central")}</Chip>}
          <Chip tone={root.online ? "ok" : "warn"} icon={root.online ? HardDrive : PlugZap}>
            {root.online ? t("web.settings.online") : t("web.settings.offline")}
          </Chip>
        </div>
      </div>
      <div className={styles.bottom}>
        <Switch
          label={t("web.settings.watched")}
          checked={root.watched}
          onChange={(is) => void report(() => watchRoot(root.id, is))}
        />
        <div className={styles.actions}>
          <Button
            small
            icon={FolderSearch}
            disabled={!root.online}
            aria-label={t("web.settings.scan-name", { name: root.path })}
            onClick={onScan}
          >
            {t("web.settings.scan")}
          </Button>
          {!isOwn && (
            <Button
              small
              icon={FolderMinus}
              aria-label={t("web.settings.leave-name", { name: root.path })}
              onClick={() => setLeaving(true)}
            >
              {t("web.settings.leave")}
            </Button>
          )}
        </div>
      </div>
      {isLeaving && (
        <Suspense fallback={null}>
          <ForgetSheet
            root={root}
            onClose={() => setLeaving(false)}
            onForget={async () => {
              const isDone = await report(() => forgetRoot(root.id));
              if (isDone) toast({ text: t("web.settings.left", { name: root.path }) });
              setLeaving(false);
            }}
          />
        </Suspense>
      )}
    </li>
  );
}
