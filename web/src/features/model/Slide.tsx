import { CloudOff, Pause, Play } from "lucide-react";
import { useRef, useState } from "react";
import { type ModelRecord, previewAddress } from "@/api/models";
import { useWords } from "@/i18n";
import { blurred } from "@/lib/blurred";
import { classes } from "@/ui/classes";
import styles from "./Gallery.module.css";
import { promptOf, type Shot } from "./pictures";

interface SlideProps {
  record: ModelRecord;
  shot: Shot;
  at: number;
  count: number;
  isHidden: boolean;
}

const LONGEST_ALT = 200;

/** One picture or video: its colours at once, itself as soon as it has come. Its box never changes. */
export function Slide({ record, shot, at, count, isHidden }: SlideProps) {
  const { t } = useWords();
  const { preview, number } = shot;
  const [state, setState] = useState<"coming" | "there" | "failed">("coming");
  const colours = blurred(preview.blurhash);
  const prompt = promptOf(preview).slice(0, LONGEST_ALT);
  const place = t("web.model.picture", { number: at + 1, count, name: record.name });
  const alt = prompt ? `${place}: ${prompt}` : place;
  const src = number === undefined ? undefined : previewAddress(record.id, number, record.updated_at);
  const shows = src !== undefined && !isHidden && state !== "failed";
  return (
    <div className={styles.slide}>
      {colours && (
        <img
          src={colours}
          alt=""
          className={classes(styles.colours, state === "there" && styles.past)}
          draggable={false}
        />
      )}
      {shows && preview.type === "video" && (
        <Film src={src} label={alt} onReady={() => setState("there")} onFail={() => setState("failed")} />
      )}
      {shows && preview.type !== "video" && (
        <img
          src={src}
          alt={alt}
          width={preview.width ?? undefined}
          height={preview.height ?? undefined}
          decoding="async"
          draggable={false}
          className={classes(styles.sharp, state === "coming" && styles.coming)}
          onLoad={() => setState("there")}
          onError={() => setState("failed")}
        />
      )}
      {!isHidden && !shows && (
        <p className={styles.away}>
          <CloudOff size={20} aria-hidden />
          {preview.type === "video" ? t("web.model.video-away") : t("web.model.picture-away")}
        </p>
      )}
    </div>
  );
}

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A video without sound: it plays by itself only for people who do not mind motion, and can be stopped. */
function Film({
  src,
  label,
  onReady,
  onFail,
}: {
  src: string;
  label: string;
  onReady: () => void;
  onFail: () => void;
}) {
  const { t } = useWords();
  const film = useRef<HTMLVideoElement>(null);
  const [plays, setPlays] = useState(false);
  const [still] = useState(isStill);
  const toggle = () => void (plays ? film.current?.pause() : film.current?.play().catch(() => setPlays(false)));
  return (
    <>
      <video
        ref={film}
        src={src}
        aria-label={label}
        autoPlay={!still}
        muted
        loop
        playsInline
        preload="metadata"
        className={styles.sharp}
        onPlay={() => setPlays(true)}
        onPause={() => setPlays(false)}
        onLoadedData={onReady}
        onError={onFail}
      />
      <button type="button" className={styles.play} onClick={toggle}>
        {plays ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        <span className="visually-hidden">{plays ? t("web.model.pause") : t("web.model.play")}</span>
      </button>
    </>
  );
}
