import { useId } from "react";
import type { Offer } from "@/api/workflows";
import { type Chosen, meant, type Row } from "./choices";
import styles from "./Group.module.css";
import { ModelRow } from "./ModelRow";

interface GroupProps {
  title: string;
  rows: readonly Row[];
  chosen: Chosen;
  isSearching: boolean;
  isGetting: boolean;
  onChoose?: (place: number, offer: number) => void;
  onGet?: (offer: Offer) => void;
}

/** The models that stand alike; nothing where there are none. */
export function Group({ title, rows, chosen, isSearching, isGetting, onChoose, onGet }: GroupProps) {
  const id = useId();
  if (!rows.length) return null;
  return (
    <section aria-labelledby={id} className={styles.group}>
      <h2 id={id}>{title}</h2>
      <ul className={styles.list}>
        {rows.map((row) => (
          <ModelRow
            key={row.place}
            model={row.model}
            offer={meant(row, chosen) ?? row.model.offers[0]}
            isSearching={isSearching}
            isGetting={isGetting}
            onChoose={(offer) => onChoose?.(row.place, offer)}
            onGet={(offer) => onGet?.(offer)}
          />
        ))}
      </ul>
    </section>
  );
}
