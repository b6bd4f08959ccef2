import { useWords } from "@/i18n";
import styles from "./Crumbs.module.css";

interface CrumbsProps {
  /** The root's own path; undefined while it is not known. */
  root: string | undefined;
  path: string;
  go: (path: string) => void;
}

/** Where one is, and every step back. */
export function Crumbs({ root, path, go }: CrumbsProps) {
  const { t } = useWords();
  const steps = path.split("/").filter(Boolean);
  const name = root?.split(/[\\/]/).filter(Boolean).at(-1) ?? t("web.folders.library");
  return (
    <nav aria-label={t("web.folders.path")} className={styles.crumbs}>
      <ol>
        {[name, ...steps].map((step, at) => {
          const to = steps.slice(0, at).join("/");
          const isHere = at === steps.length;
          return (
            <li key={to}>
              {isHere ? (
                <bdi aria-current="location">{step}</bdi>
              ) : (
                <button type="button" onClick={() => go(to)}>
                  <bdi>{step}</bdi>
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
