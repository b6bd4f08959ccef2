import { useSettings } from "@/api/settings";
import { useWords } from "@/i18n";
import styles from "./HoursStrip.module.css";
import { DAY, type Span, spansOf } from "./hours";

const MARKS = [0, 6, 12, 18, 24];
const percent = (minutes: number) => `${(minutes / DAY) * 100}%`;

/** A day from midnight to midnight: when downloads run, and when the speed limit holds. */
export function HoursStrip() {
  const { t, format } = useWords();
  const { data } = useSettings();
  if (!data) return null;
  const { download_hours: running = "", bandwidth_hours: limited = "", bandwidth = 0 } = data.values;
  const hours = (text: string) => (text ? text.replace("-", " – ") : t("web.settings.all-day"));
  const limit = bandwidth ? format.speed(bandwidth) : undefined;
  const rows: { name: string; words: string; tone: string; spans: Span[] }[] = [
    { name: t("web.settings.strip-run"), words: hours(running), tone: "run", spans: spansOf(running) },
    {
      name: t("web.settings.strip-limit"),
      words: limit ? `${limit}, ${hours(limited)}` : t("web.settings.no-limit"),
      tone: "limit",
      spans: limit ? spansOf(limited) : [],
    },
  ];
  return (
    <figure className={styles.strip} aria-label={t("web.settings.strip")}>
      <dl className={styles.rows}>
        {rows.map(({ name, words, tone, spans }) => (
          <div key={tone} className={styles.row}>
            <dt>{name}</dt>
            <dd>
              <span className={styles.words}>{words}</span>
              <span className={styles.day} aria-hidden>
                {spans.map(([from, to]) => (
                  <span
                    key={from}
                    className={styles.span}
                    data-tone={tone}
                    style={{ insetInlineStart: percent(from), width: percent(to - from) }}
                  />
                ))}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <ol className={styles.marks} aria-hidden>
        {MARKS.map((hour) => (
          <li key={hour}>{`${String(hour).padStart(2, "0")}:00`}</li>
        ))}
      </ol>
      <figcaption className={styles.note}>{t("web.settings.strip-note")}</figcaption>
    </figure>
  );
}
