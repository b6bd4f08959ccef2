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

/** What happened and what to do, for a code; hints of the command line are told as the page means them. */
export function useTold(): (code: string, facts?: Facts) => { sentence: string; hint: string } {
  const { explain, maybe } = useWords();
  return (code, facts = {}) => {
    const told = explain(code, facts);
    return { sentence: told.sentence, hint: maybe(`web.hints.${code}`, facts) ?? told.hint };
  };
}
