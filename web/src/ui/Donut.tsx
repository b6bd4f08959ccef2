import { arc, pie } from "d3-shape";
import { useId } from "react";
import styles from "./Donut.module.css";

export interface Slice {
  id: string;
  label: string;
  value: number;
  /** What the value is called, with its unit. */
  words: string;
  colour: number;
  href?: string;
}

const SIZE = 200;
const INSIDE = 62;
const TURN = Math.PI * 2;

interface DonutProps {
  title: string;
  slices: Slice[];
  /** What stands in the middle. */
  total: string;
}

/** Shares of a whole as a ring. Its twin in words belongs beside it; this one only shows. */
export function Donut({ title, slices, total }: DonutProps) {
  const id = useId();
  const shape = arc<{ startAngle: number; endAngle: number }>()
    .innerRadius(INSIDE)
    .outerRadius(SIZE / 2)
    .padAngle(0.012);
  const parts = pie<Slice>()
    .sort(null)
    .value((each) => each.value)
    .endAngle(TURN)(slices);
  return (
    <svg viewBox={`${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`} role="img" aria-labelledby={id} className={styles.donut}>
      <title id={id}>{`${title}: ${slices.map((each) => `${each.label} ${each.words}`).join(", ")}`}</title>
      {parts.map((part) => (
        <path key={part.data.id} d={shape(part) ?? ""} data-colour={part.data.colour} className={styles.slice} />
      ))}
      <text className={styles.total} y="6" aria-hidden>
        {total}
      </text>
    </svg>
  );
}
