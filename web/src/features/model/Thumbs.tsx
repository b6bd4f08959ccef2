import { EyeOff, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type ModelRecord, previewAddress } from "@/api/models";
import { useWords } from "@/i18n";
import { blurred } from "@/lib/blurred";
import type { Shot } from "./pictures";
import styles from "./Thumbs.module.css";

interface ThumbsProps {
  record: ModelRecord;
  shots: readonly Shot[];
  covers: readonly boolean[];
  at: number;
  go: (to: number) => void;
}

/** All pictures in a row, small; the one that is shown is marked and in sight. */
export function Thumbs({ record, shots, covers, at, go }: ThumbsProps) {
  const { t } = useWords();
  const strip = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const shown = strip.current?.children[at];
    if (!(shown instanceof HTMLElement) || !strip.current) return;
    const { offsetLeft, offsetWidth } = shown;
    const { scrollLeft, clientWidth } = strip.current;
    if (offsetLeft < scrollLeft || offsetLeft + offsetWidth > scrollLeft + clientWidth)
      strip.current.scrollLeft = offsetLeft - (clientWidth - offsetWidth) / 2;
  }, [at]);
  return (
    <ul ref={strip} className={styles.strip} aria-label={t("web.model.thumbs")}>
      {shots.map((shot, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pictures have no other name than their place
        <li key={index}>
          <button
            type="button"
            className={styles.thumb}
            aria-current={index === at ? "true" : undefined}
            aria-label={t("web.model.show-picture", { number: index + 1 })}
            onClick={() => go(index)}
          >
            <Thumb record={record} shot={shot} isCovered={covers[index] ?? false} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Thumb({ record, shot, isCovered }: { record: ModelRecord; shot: Shot; isCovered: boolean }) {
  const [failed, setFailed] = useState(false);
  const colours = blurred(shot.preview.blurhash);
  const isVideo = shot.preview.type === "video";
  return (
    <>
      {colours && <img src={colours} alt="" />}
      {!isCovered && !failed && shot.number !== undefined && (
        <img
          src={previewAddress(record.id, shot.number, record.updated_at, true)}
          alt=""
          loading="lazy"
          onError={() => setFailed(true)}
        />
      )}
      {isCovered && <EyeOff size={18} aria-hidden className={styles.mark} />}
      {isVideo && !isCovered && <Play size={18} aria-hidden className={styles.mark} />}
    </>
  );
}
