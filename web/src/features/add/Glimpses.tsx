import { EyeOff } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { glimpse, type Preview } from "@/api/downloads";
import { useWords } from "@/i18n";
import { blurred } from "@/lib/blurred";
import { isCovered, uncovered } from "@/lib/nsfw";
import styles from "./Glimpses.module.css";

type Picture = NonNullable<Preview["listing"]["pictures"]>[number];

const MOST = 8;

/** The first pictures of a listing, small; those that are covered stay a blur. */
export function Glimpses({ pictures }: { pictures: readonly Picture[] }) {
  const { t } = useWords();
  const images = pictures.filter((each) => each.type === "image").slice(0, MOST);
  if (!images.length) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={styles.strip} aria-label={t("web.add.pictures")} tabIndex={0}>
      {images.map((each) => (
        <Glimpse key={each.url} picture={each} />
      ))}
    </section>
  );
}

function Glimpse({ picture }: { picture: Picture }) {
  const { t } = useWords();
  const [isGone, setGone] = useState(false);
  useSyncExternalStore(uncovered.subscribe, () => isCovered("", picture.nsfw_level));
  const covered = isCovered("", picture.nsfw_level);
  const blur = blurred(picture.blurhash);
  return (
    <span className={styles.picture}>
      {blur && <img src={blur} alt="" className={styles.blur} />}
      {covered ? (
        <span className={styles.cover}>
          <EyeOff size={16} aria-hidden />
          <span className="visually-hidden">{t("web.add.covered")}</span>
        </span>
      ) : (
        !isGone && (
          <img
            src={glimpse(picture.url)}
            alt={picture.prompt ?? t("web.add.picture")}
            loading="lazy"
            decoding="async"
            onError={() => setGone(true)}
          />
        )
      )}
    </span>
  );
}
