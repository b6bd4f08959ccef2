import { HardDrive } from "lucide-react";
import { Link } from "wouter";
import type { Schemas } from "@/api/client";
import { useWords } from "@/i18n";
import { Progress } from "@/ui/Progress";
import styles from "./Drives.module.css";
import { Tile } from "./Tile";

const TIGHT = 0.9;
const FULL = 0.97;

/** How full each drive is on which models lie. */
export function Drives({ usage }: { usage: Schemas["Usage"] }) {
  const { t, format } = useWords();
  return (
    <Tile title={t("web.dashboard.drives")}>
      <ul className={styles.drives}>
        {usage.volumes.map((each) => {
          const used = each.total ? (each.total - (each.free ?? 0)) / each.total : 0;
          return (
            <li key={each.path} className={styles.drive}>
              <p>
                <HardDrive size={18} aria-hidden />
                <bdi className={styles.path}>{each.path}</bdi>
                <span className={styles.used}>{t("web.dashboard.used", { percent: format.percent(used) })}</span>
              </p>
              <Progress label={each.path} value={used} tone={used > FULL ? "bad" : used > TIGHT ? "warn" : "accent"} />
              <p className={styles.words}>
                <span>
                  {t("web.dashboard.drive", {
                    free: format.bytes(each.free ?? 0),
                    total: format.bytes(each.total ?? 0),
                  })}
                </span>
                <span>{t("web.dashboard.ours", { bytes: format.bytes(each.ours) })}</span>
              </p>
            </li>
          );
        })}
      </ul>
      {usage.trash.bytes > 0 && (
        <p className={styles.trash}>
          {t("web.dashboard.trash", { bytes: format.bytes(usage.trash.bytes) })} ·{" "}
          <Link href="/trash">{t("web.dashboard.empty-trash")}</Link>
        </p>
      )}
    </Tile>
  );
}
