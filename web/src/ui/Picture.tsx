import { EyeOff, Play } from "lucide-react";
import { type ComponentType, memo, type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { previewAddress } from "@/api/models";
import { blurred } from "@/lib/blurred";
import { isCovered, uncovered } from "@/lib/nsfw";
import { classes } from "./classes";
import styles from "./Picture.module.css";

interface PictureProps {
  id: string;
  version: string;
  number: number | undefined;
  blurhash?: string | null;
  level?: number | null;
  /** The number of a preview that moves, played while `isLive`. */
  video?: number | null;
  isLive?: boolean;
  /** While false no new picture is asked for: what is scrolled past fast is not worth it. */
  mayLoad?: boolean;
  icon: ComponentType<{ size?: number; strokeWidth?: number; "aria-hidden"?: boolean }>;
  children?: ReactNode;
}

/** Addresses that were shown already: they come from the cache, without fading in. */
const seen = new Set<string>();
const PLAY_AFTER = 300;

/** The picture of a model: its colours first, then itself; covered by its rating; moving while one looks at it. */
export const Picture = memo(function Picture(props: PictureProps) {
  const { id, version, number, blurhash, level, video, isLive, mayLoad = true, icon: Icon, children } = props;
  const covered = useSyncExternalStore(uncovered.subscribe, () => isCovered(id, level));
  const src = number ? previewAddress(id, number, version, true) : undefined;
  const colours = blurred(blurhash);
  const [failed, setFailed] = useState<string>();
  const shows = src !== undefined && !covered && failed !== src && (mayLoad || seen.has(src));
  const plays = usePatience(Boolean(isLive && video && !covered));
  return (
    <div className={classes(styles.picture, covered && styles.covered)}>
      {colours && <img src={colours} alt="" className={styles.colours} draggable={false} />}
      {!colours && !shows && <Icon size={48} strokeWidth={1} aria-hidden />}
      {shows && <Sharp key={src} src={src} onFail={() => setFailed(src)} />}
      {plays && video && (
        <video
          className={styles.sharp}
          src={previewAddress(id, video, version)}
          autoPlay
          muted
          loop
          playsInline
          aria-hidden
        />
      )}
      {covered && <EyeOff size={28} className={styles.mark} aria-hidden />}
      {video && !plays && !covered && <Play size={16} className={styles.play} aria-hidden />}
      {children}
    </div>
  );
});

function Sharp({ src, onFail }: { src: string; onFail: () => void }) {
  const [isThere, setThere] = useState(seen.has(src));
  return (
    <img
      src={src}
      alt=""
      decoding="async"
      draggable={false}
      className={classes(styles.sharp, !isThere && styles.coming)}
      onLoad={() => {
        seen.add(src);
        setThere(true);
      }}
      onError={onFail}
    />
  );
}

/** True once something has lasted a moment, and never for people who want no motion. */
function usePatience(wanted: boolean): boolean {
  const [ready, setReady] = useState(false);
  const still = useRef(matchMedia("(prefers-reduced-motion: reduce)"));
  useEffect(() => {
    if (!wanted || still.current.matches) return;
    const timer = setTimeout(() => setReady(true), PLAY_AFTER);
    return () => {
      clearTimeout(timer);
      setReady(false);
    };
  }, [wanted]);
  return ready && wanted;
}
