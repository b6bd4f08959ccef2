import { Ban, CircleCheck, CircleMinus, Clock, RotateCcw, Settings2 } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "wouter";
import { type App, beginLinking, linked, type ModelInApp } from "@/api/apps";
import type { ModelRecord } from "@/api/models";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Switch } from "@/ui/Field";
import { useReport } from "@/ui/useReport";
import styles from "./LinkedIn.module.css";
import { LinkOptions } from "./LinkOptions";
import { type Standing, saidWith, standingOf, switchingOf } from "./linked";
import type { Change } from "./useRecordEdit";

const ICONS = { ok: CircleCheck, info: Clock, warn: Ban, plain: CircleMinus };

interface LinkedInProps {
  told: ModelInApp;
  app: App | undefined;
  record: ModelRecord;
  change: Change;
}

/** A model in one app: whether it is linked there, at which places, and what a person says of that. */
export function LinkedIn({ told, app, record, change }: LinkedInProps) {
  const { t } = useWords();
  const report = useReport();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { title } = told;
  const standing = standingOf(told, app);
  const { isOn, canSwitch, isSaid } = switchingOf(told);
  const lines = told.lines ?? [];
  const hasWork = lines.some((each) => ["make", "mend", "remove"].includes(each.action));
  const isWaiting = hasWork && (!told.auto || lines.some((each) => each.drift));
  const say = (link: boolean | undefined, text: string) =>
    void change({ apps: { [told.app]: saidWith(record, told.app, { link }) } }, text);
  async function now() {
    setBusy(true);
    await report(async () => linked(await beginLinking(told.app, "apply", [record.id])));
    setBusy(false);
  }
  return (
    <li>
      <div className={styles.app}>
        <div className={styles.words}>
          <Link href={`/apps/${told.app}`} className={styles.title}>
            <bdi>{title}</bdi>
          </Link>
          <State standing={standing} />
          {lines.length > 0 && (
            <ul className={styles.places}>
              {lines.map((each) => (
                <li key={each.path}>
                  <code>{each.path}</code>
                </li>
              ))}
            </ul>
          )}
        </div>
        <div className={styles.actions}>
          {isWaiting && (
            <Button small busy={isBusy} onClick={() => void now()}>
              {t("web.model.link-now")}
            </Button>
          )}
          {isSaid && (
            <Button
              small
              look="quiet"
              icon={RotateCcw}
              iconOnly
              onClick={() => say(undefined, t("web.model.link-default", { title }))}
            >
              {t("web.model.link-reset", { title })}
            </Button>
          )}
          <Button
            small
            look="quiet"
            icon={Settings2}
            iconOnly
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            {t("web.model.link-options", { title })}
          </Button>
          <div className={styles.switch}>
            <Switch
              label={t("web.model.linked-in", { title })}
              checked={isOn}
              disabled={!canSwitch}
              onChange={(link) => say(link, t(link ? "web.model.link-on" : "web.model.link-off", { title }))}
            />
          </div>
        </div>
        <div id={id} className={styles.options} hidden={!isOpen}>
          {isOpen && <LinkOptions told={told} record={record} onClose={() => setOpen(false)} />}
        </div>
      </div>
    </li>
  );
}

function State({ standing }: { standing: Standing }) {
  const { t, maybe } = useWords();
  const { state, why, tone } = standing;
  const Icon = ICONS[tone];
  const reason = why && (maybe(`links.why.${why}`) ?? maybe(`links.skipped.${why}`) ?? why);
  const short = maybe(`links.skipped.${why}`) ?? reason;
  return (
    <p className={styles.state} data-tone={tone}>
      <Icon size={16} aria-hidden />
      {t(`web.model.link-state.${state}`, { why: state === "off" ? short : reason })}
    </p>
  );
}
