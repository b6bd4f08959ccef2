import { type ReactNode, useId } from "react";
import { Link } from "wouter";
import { classes } from "@/ui/classes";
import styles from "./Tile.module.css";

interface TileProps {
  title: string;
  /** Where all of it is. */
  more?: { href: string; label: string };
  wide?: boolean;
  children: ReactNode;
}

/** One matter of the overview. */
export function Tile({ title, more, wide, children }: TileProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes(styles.tile, wide && styles.wide)}>
      <header className={styles.head}>
        <h2 id={id}>{title}</h2>
        {more && <Link href={more.href}>{more.label}</Link>}
      </header>
      {children}
    </section>
  );
}
