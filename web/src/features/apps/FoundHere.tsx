import { CircleAlert, CircleCheck, Info } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { FoundApp } from "@/api/apps";
import { Refused } from "@/api/client";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { useProblem } from "@/ui/State";
import styles from "./FoundHere.module.css";

interface FoundHereProps {
  found: FoundApp | undefined;
  problem: unknown;
  onGo: () => void;
  /** Takes another folder instead: the one that is meant. */
  onTake: (folder: string) => void;
}

/** What lies in the folder that was typed: which app and how it will be linked, or what is wrong. */
export function FoundHere({ found, problem, onGo, onTake }: FoundHereProps) {
  const { t, maybe, format } = useWords();
  if (!found) return problem ? <Wrong problem={problem} onTake={onTake} /> : null;
  const { title, version, at_least: atLeast, support, why, methods, added } = found;
  if (added)
    return (
      <Box tone="info" icon={<Info size={20} aria-hidden />} title={t("web.apps.known-already", { title })}>
        <Link href={`/apps/${added}`} onClick={onGo}>
          {t("web.apps.open", { title })}
        </Link>
      </Box>
    );
  if (support === "none")
    return (
      <Box
        tone="bad"
        icon={<CircleAlert size={20} aria-hidden />}
        title={t("web.apps.takes-none", { title, why: maybe(`apps.refused.${why}`) ?? why })}
      />
    );
  const places = Object.values(found.places).filter((each) => !each.startsWith(found.path));
  const versionWords = version && t(atLeast ? "web.apps.at-least" : "web.apps.version", { version });
  return (
    <Box tone="ok" icon={<CircleCheck size={20} aria-hidden />} title={t("web.apps.found", { title })}>
      <p>
        {versionWords ?? t("web.apps.no-version")}
        {found.config !== "default" && ` · ${found.config}`}
      </p>
      <p>{t("web.apps.at-path", { path: found.path })}</p>
      <p>
        {t("web.apps.linked-by", {
          methods: format.list(methods.map((each) => maybe(`links.method.${each}`) ?? each)),
        })}
      </p>
      {found.by_config && <p>{t("web.apps.by-config-too")}</p>}
      {places.length > 0 && <p>{t("web.apps.elsewhere", { folders: format.list(places) })}</p>}
    </Box>
  );
}

function Wrong({ problem, onTake }: Pick<FoundHereProps, "problem" | "onTake">) {
  const { t } = useWords();
  const told = useProblem(problem);
  const isNoFolder = problem instanceof Refused && problem.code === "no-such-path";
  const title = isNoFolder ? t("web.apps.no-folder", { path: problem.context.path }) : told.sentence;
  const folder = problem instanceof Refused && MEANT.has(problem.code) ? problem.context.folder : undefined;
  return (
    <Box tone="bad" icon={<CircleAlert size={20} aria-hidden />} title={title}>
      <p>{isNoFolder ? t("web.apps.no-folder-hint") : told.hint}</p>
      {typeof folder === "string" && (
        <div>
          <Button small onClick={() => onTake(folder)}>
            {t("web.apps.take-folder")}
          </Button>
        </div>
      )}
    </Box>
  );
}

/** Refusals that tell which folder is meant. */
const MEANT = new Set(["inside-app", "not-a-folder"]);

interface BoxProps {
  tone: "ok" | "bad" | "info";
  icon: ReactNode;
  title: string;
  children?: ReactNode;
}

const Box = ({ tone, icon, title, children }: BoxProps) => (
  <div className={styles.box} data-tone={tone}>
    {icon}
    <div className={styles.words}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  </div>
);
