import { ExternalLink, HardDrive, KeyRound, ListTree, Timer } from "lucide-react";
import type { ComponentType } from "react";
import { useLocation } from "wouter";
import { useWords } from "@/i18n";
import type { Facts, Key } from "@/i18n/texts";
import { type Remedy, remediesFor } from "@/lib/remedies";
import { Button } from "./Button";

type Icon = ComponentType<{ size?: number; "aria-hidden"?: boolean }>;

const SHOWN: Record<Remedy, { name: Key; icon: Icon; to?: string }> = {
  keys: { name: "web.remedies.keys", icon: KeyRound, to: "/settings/keys" },
  page: { name: "web.remedies.page", icon: ExternalLink },
  room: { name: "web.remedies.room", icon: HardDrive, to: "/trash" },
  hours: { name: "web.remedies.hours", icon: Timer, to: "/settings/downloads" },
  rules: { name: "web.remedies.rules", icon: ListTree, to: "/settings/rules" },
};

/** A page that a browser may open: nothing but http and https. */
export const isPage = (url: unknown): url is string => typeof url === "string" && /^https?:\/\//i.test(url);

interface RemediesProps {
  code: string;
  facts: Facts;
  page?: string | null | undefined;
  onGo?: () => void;
}

/** The buttons that help with an error; none where nothing helps. */
export function Remedies({ code, facts, page, onGo }: RemediesProps) {
  const { t } = useWords();
  const [, go] = useLocation();
  const url = [page, facts.page_url, facts.url].find(isPage);
  return remediesFor(code)
    .filter((each) => each !== "page" || url)
    .map((each) => {
      const { name, icon, to } = SHOWN[each];
      const run = () => {
        if (!to) return void window.open(url, "_blank", "noopener,noreferrer");
        go(to);
        onGo?.();
      };
      return (
        <Button key={each} small icon={icon} onClick={run}>
          {t(name)}
        </Button>
      );
    });
}

/** What happened and what to do, for a code: as the page means it where the shared text is for a terminal. */
export function useTold(): (code: string, facts?: Facts) => { sentence: string; hint: string } {
  const { explain, maybe, format } = useWords();
  return (code, given = {}) => {
    const { until } = given;
    const isMoment = typeof until === "string" && !Number.isNaN(Date.parse(until));
    const facts = isMoment ? { ...given, until: format.day(until) } : given;
    const told = explain(code, facts);
    return {
      sentence: maybe(`web.told.${code}`, facts) ?? told.sentence,
      hint: maybe(`web.hints.${code}`, facts) ?? told.hint,
    };
  };
}
