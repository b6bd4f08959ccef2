import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Info, RefreshCw, TriangleAlert } from "lucide-react";
import { useLocation } from "wouter";
import { doctorQuery, type Finding } from "@/api/roots";
import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/State";
import { Block } from "./Block";
import styles from "./Upkeep.module.css";
import type { useTending } from "./useTending";

type Begin = ReturnType<typeof useTending>["begin"];
type Help = { work: "scan" | "hash" | "rebuild" } | { to: string; name: Key };

const ICONS = { fine: CircleCheck, note: Info, warning: TriangleAlert, problem: CircleAlert };
const LEVELS = ["problem", "warning", "note", "fine"] as const;
const found = (query: string): Help => ({ to: `/library?${query}`, name: "web.settings.show-models" });
/** What helps with a finding, where a click can do it. */
const HELP: Record<string, Help> = {
  "file-missing": { work: "scan" },
  "not-indexed": { work: "scan" },
  "record-missing": { work: "rebuild" },
  "not-hashed": { work: "hash" },
  "models-missing": found("state=missing"),
  "models-unreachable": found("state=unreachable"),
  "models-damaged": found("trust=damaged"),
  "models-mismatch": found("trust=mismatch"),
  "models-changed": found("trust=changed"),
  "models-invalid": found("kind=invalid"),
  "free-space": { to: "/trash", name: "web.settings.show-trash" },
  trash: { to: "/trash", name: "web.settings.show-trash" },
  quarantine: { to: "/downloads", name: "web.settings.show-downloads" },
};

/** What is healthy and what is not, the worst first, each with what to do. */
export function Doctor({ begin }: { begin: Begin }) {
  const { t } = useWords();
  const { data, error, isFetching, refetch } = useQuery(doctorQuery);
  const sorted = [...(data ?? [])].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  return (
    <Block
      title={t("web.settings.doctor")}
      lead={t("web.settings.doctor-lead")}
      anchor="doctor"
      actions={
        <Button icon={RefreshCw} busy={isFetching} onClick={() => void refetch()}>
          {t("web.settings.doctor-again")}
        </Button>
      }
    >
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      <ul className={styles.list}>
        {sorted.map((each) => (
          <Row key={`${each.check} ${JSON.stringify(each.facts)}`} finding={each} begin={begin} />
        ))}
      </ul>
    </Block>
  );
}

function Row({ finding: { check, level, facts }, begin }: { finding: Finding; begin: Begin }) {
  const { t, maybe, format } = useWords();
  const [, go] = useLocation();
  const help = level === "fine" ? undefined : HELP[check];
  const Icon = ICONS[level];
  const sized = typeof facts.total === "number" ? { ...facts, total: format.bytes(facts.total) } : facts;
  const advice = maybe(`web.settings.doctor-hints.${check}`, sized) ?? maybe(`doctor.${check}.hint`, sized);
  const names = Array.isArray(facts.names) ? facts.names.map(String) : [];
  return (
    <li className={styles.row} data-level={level}>
      <div className={styles.finding}>
        <Icon size={20} aria-hidden />
        <div className={styles.words}>
          <p>
            <span className="visually-hidden">{t(`web.settings.levels.${level}`)}: </span>
            {maybe(`doctor.${check}.sentence`, sized) ?? check}
          </p>
          {level !== "fine" && advice && <p className={styles.text}>{advice}</p>}
          {names.length > 0 && <p className={styles.detail}>{format.list(names)}</p>}
        </div>
      </div>
      {help && "work" in help && (
        <Button small onClick={() => void begin(help.work)}>
          {t(help.work === "scan" ? "web.settings.scan-all" : `web.settings.${help.work}`)}
        </Button>
      )}
      {help && "to" in help && (
        <Button small onClick={() => go(help.to)}>
          {t(help.name)}
        </Button>
      )}
    </li>
  );
}
