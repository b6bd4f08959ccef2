import { ExternalLink, SearchX } from "lucide-react";
import type { Offer, WantedModel } from "@/api/workflows";
import { useWords } from "@/i18n";
import { Chip } from "@/ui/Chip";
import { isPage } from "@/ui/Remedies";
import { SourceIcon, useSourceName } from "@/ui/Source";
import styles from "./Offers.module.css";

interface OffersProps {
  model: WantedModel;
  offer: Offer | undefined;
  isSearching: boolean;
  onChoose: (offer: number) => void;
}

const TONES = { sure: "ok", likely: "info", maybe: "warn" } as const;

/** Where a missing model can be had: the offer that would be taken, and the others to choose from. */
export function Offers({ model, offer, isSearching, onChoose }: OffersProps) {
  const { t, format } = useWords();
  const source = useSourceName();
  if (!offer)
    return (
      <p className={styles.nothing}>
        {!isSearching && <SearchX size={18} aria-hidden />}
        {t(isSearching ? "web.workflows.looking" : "web.workflows.nowhere")}
      </p>
    );
  const named = (each: Offer) => [each.name, each.version].filter(Boolean).join(" · ");
  const weight = (each: Offer) => (each.size === null || each.size === undefined ? "" : format.bytes(each.size));
  const page = offer.page_url;
  return (
    <div className={styles.offers}>
      {model.offers.length > 1 ? (
        <select
          className={styles.choice}
          aria-label={t("web.workflows.offers", { name: model.file })}
          value={model.offers.indexOf(offer)}
          onChange={(event) => onChoose(Number(event.target.value))}
        >
          {model.offers.map((each, place) => (
            <option key={`${each.link} ${each.file ?? ""}`} value={place}>
              {[source(each.source, each.link), named(each), each.file_name, weight(each)].filter(Boolean).join(" – ")}
            </option>
          ))}
        </select>
      ) : (
        <p className={styles.name}>
          <bdi>{named(offer)}</bdi>
        </p>
      )}
      <p className={styles.about}>
        <SourceIcon source={offer.source} />
        {page && isPage(page) ? (
          <a href={page} target="_blank" rel="noopener noreferrer">
            {source(offer.source, offer.link)}
            <ExternalLink size={14} aria-hidden />
            <span className="visually-hidden"> {t("web.workflows.page", { name: named(offer) })}</span>
          </a>
        ) : (
          <span>{source(offer.source, offer.link)}</span>
        )}
        {weight(offer) && <span>{weight(offer)}</span>}
        <Chip tone={TONES[offer.sureness]}>{t(`web.workflows.${offer.sureness}`)}</Chip>
        {offer.access !== "open" && <Chip tone="warn">{t("web.workflows.closed")}</Chip>}
      </p>
    </div>
  );
}
