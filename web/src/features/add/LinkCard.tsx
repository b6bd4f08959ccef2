import { ExternalLink, RotateCw, X } from "lucide-react";
import { useFamilies } from "@/api/about";
import { Refused } from "@/api/client";
import type { Preview } from "@/api/downloads";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { isPage, Remedies, useTold } from "@/ui/Remedies";
import { SourceIcon, useSourceName } from "@/ui/Source";
import { useProblem } from "@/ui/State";
import { DuplicateChoice } from "./DuplicateChoice";
import { Facts } from "./Facts";
import { FileChoice } from "./FileChoice";
import { Glimpses } from "./Glimpses";
import styles from "./LinkCard.module.css";
import { Notice } from "./Notice";
import { type Choice, type Offer, sizeOf } from "./offers";

/** What is known of a link so far. */
export interface Looked {
  link: string;
  preview: Preview | undefined;
  offers: readonly Offer[];
  problem: unknown;
  again: () => void;
}

interface LinkCardProps {
  looked: Looked;
  choice: Choice;
  onChoose: (choice: Choice) => void;
  onRemove?: (() => void) | undefined;
  onLeave: () => void;
}

/** One pasted link: what it would bring, where it would go, and what has to be decided. */
export function LinkCard({ looked, choice, onChoose, onRemove, onLeave }: LinkCardProps) {
  const { t } = useWords();
  const { preview, link } = looked;
  return (
    <li className={styles.card} aria-busy={!preview && !looked.problem}>
      {onRemove && (
        <Button className={styles.remove} look="quiet" small icon={X} iconOnly onClick={onRemove}>
          {t("web.add.remove", { link: preview?.listing.name ?? link })}
        </Button>
      )}
      {looked.problem ? (
        <Failed looked={looked} onLeave={onLeave} />
      ) : preview ? (
        <Found looked={looked} preview={preview} choice={choice} onChoose={onChoose} onLeave={onLeave} />
      ) : (
        <div className={styles.looking} role="status">
          <span className="visually-hidden">{t("web.add.looking", { link })}</span>
          <span className={styles.bone} data-wide />
          <span className={styles.bone} />
          <span className={styles.bone} data-tall />
        </div>
      )}
    </li>
  );
}

function Failed({ looked, onLeave }: { looked: Looked; onLeave: () => void }) {
  const { t } = useWords();
  const told = useProblem(looked.problem);
  const explain = useTold();
  const refused = looked.problem instanceof Refused ? looked.problem : undefined;
  const hint = refused ? explain(refused.code, refused.context).hint || told.hint : told.hint;
  const isTemporary = !refused || refused.status === 0 || refused.status >= 500 || refused.status === 429;
  return (
    <>
      <p className={styles.link} title={looked.link}>
        {looked.link}
      </p>
      <div role="alert">
        <Notice tone="bad" sentence={told.sentence} hint={hint}>
          {isTemporary && (
            <Button small icon={RotateCw} onClick={looked.again}>
              {t("web.app.retry")}
            </Button>
          )}
          {refused && <Remedies code={refused.code} facts={refused.context} onGo={onLeave} />}
        </Notice>
      </div>
    </>
  );
}

interface FoundProps extends Omit<LinkCardProps, "onRemove"> {
  preview: Preview;
}

function Found({ looked, preview, choice, onChoose, onLeave }: FoundProps) {
  const { t } = useWords();
  const { listing } = preview;
  const chosen = choice.files ?? defaultOf(looked.offers, preview);
  const isSeveral = looked.offers.length > 1;
  const size = sizeOf(preview, choice, looked.offers);
  return (
    <>
      <Head preview={preview} />
      <Glimpses pictures={listing.pictures ?? []} />
      <Facts preview={preview} size={size} />
      {isSeveral && (
        <FileChoice
          offers={looked.offers}
          chosen={chosen}
          usual={preview.files.length}
          onChoose={(files) => onChoose({ ...choice, files })}
        />
      )}
      <DuplicateChoice
        known={preview.duplicates}
        chosen={choice.duplicate}
        onChoose={(duplicate) => onChoose({ ...choice, duplicate })}
        onLeave={onLeave}
      />
      <Access preview={preview} isSeveral={isSeveral} onLeave={onLeave} />
      {size !== null && size > preview.free && (
        <Notice
          tone="warn"
          sentence={t("web.add.too-full", { short: size - preview.free })}
          hint={t("web.add.too-full-hint")}
        >
          <Remedies code="no-space" facts={{}} onGo={onLeave} />
        </Notice>
      )}
    </>
  );
}

/** What is ticked before anybody has ticked anything: one file, or nothing where a whole set is usual. */
const defaultOf = (offers: readonly Offer[], preview: Preview) =>
  preview.files.length > 1 ? [] : offers.filter((each) => each.isDefault).map((each) => each.pattern);

function Head({ preview: { listing, target, family } }: { preview: Preview }) {
  const { t, maybe } = useWords();
  const sourceName = useSourceName();
  const known = useFamilies().data;
  const kind = listing.kind ?? "unknown";
  return (
    <div className={styles.head}>
      <p className={styles.source}>
        <SourceIcon source={listing.source} />
        <span>{sourceName(listing.source, listing.page_url)}</span>
        {listing.creator && <span>{t("web.add.by", { creator: listing.creator })}</span>}
        {isPage(listing.page_url) && (
          <a href={listing.page_url} target="_blank" rel="noopener noreferrer" className={styles.open}>
            <ExternalLink size={14} aria-hidden />
            <span className="visually-hidden">{t("web.add.open-page")}</span>
          </a>
        )}
      </p>
      <h3>
        {listing.name} {listing.version && <span className={styles.version}>{listing.version}</span>}
      </h3>
      <p className={styles.chips}>
        <Chip>{maybe(`web.kinds.${target.because.kind ?? kind}`) ?? kind}</Chip>
        {family && <Chip>{known?.find((each) => each.name === family)?.short ?? family}</Chip>}
        {listing.base_model && <Chip>{listing.base_model}</Chip>}
      </p>
    </div>
  );
}

const CODES: Partial<Record<Preview["listing"]["access"], string>> = {
  login: "login-needed",
  gated: "gated",
  early_access: "early-access",
  paid: "paid",
  disabled: "downloads-disabled",
  generation_only: "generation-only",
  archived: "archived",
  taken_down: "taken-down",
};

/** What stands between us and the bytes: the reason why it cannot be fetched, or what the source announces. */
function Access({ preview, isSeveral, onLeave }: { preview: Preview; isSeveral: boolean; onLeave: () => void }) {
  const told = useTold();
  const { problem, listing } = preview;
  if (problem?.code === "choose-file" && isSeveral) return null;
  const announced = CODES[listing.access];
  const code = problem?.code ?? announced;
  if (!code) return null;
  const page = listing.page_url ?? undefined;
  const host = page && URL.canParse(page) ? new URL(page).host : listing.source;
  const facts = problem?.facts ?? {
    ...{ name: listing.name, url: page, until: listing.access_until, source: listing.source, host },
  };
  const { sentence, hint } = told(code, facts);
  return (
    <Notice tone={problem ? "bad" : "warn"} sentence={sentence} hint={hint}>
      <Remedies code={code} facts={facts} page={page} onGo={onLeave} />
    </Notice>
  );
}
