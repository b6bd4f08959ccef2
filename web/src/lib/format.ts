/** Numbers, sizes, times and lists in a language, all by Intl. */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const SPANS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

export type Format = ReturnType<typeof makeFormat>;

/** Powers of 1000, as disks and download pages count. */
function scaled(count: number): [number, number] {
  let [value, step] = [count, 0];
  while (Math.abs(value) >= 999.5 && step < UNITS.length - 1) [value, step] = [value / 1000, step + 1];
  return [value, step];
}

export function makeFormat(locale: string) {
  const plain = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const plurals = new Intl.PluralRules(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const lists = new Intl.ListFormat(locale, { type: "conjunction", style: "narrow" });
  const amounts = new Map<string, Intl.NumberFormat>();

  function amount(value: number, unit: string, digits = 0): string {
    const key = `${unit}${digits}`;
    let made = amounts.get(key);
    if (!made) {
      made = new Intl.NumberFormat(locale, {
        style: "unit",
        unit,
        // English and others write "0 byte" when short.
        unitDisplay: unit === "byte" ? "long" : "short",
        maximumFractionDigits: digits,
      });
      amounts.set(key, made);
    }
    return made.format(value);
  }

  const sized = (count: number, ending: string) => {
    const [value, step] = scaled(count);
    return amount(value, `${UNITS[step]}${ending}`, step > 1 && value < 100 ? (value < 10 ? 2 : 1) : 0);
  };

  return {
    locale,
    number: (value: number) => plain.format(value),
    percent: (value: number) => percent.format(value),
    /** A part of a whole: what is there never reads as nothing. */
    share: (value: number) => (value > 0 && value < 0.005 ? `<${percent.format(0.01)}` : percent.format(value)),
    plural: (count: number) => plurals.select(count),
    bytes: (count: number) => sized(count, ""),
    speed: (perSecond: number) => sized(perSecond, "-per-second"),
    day: (at: string | number | Date) => days.format(new Date(at)),
    moment: (at: string | number | Date) => moments.format(new Date(at)),
    list: (values: string[]) => lists.format(values),
    /** How long ago or ahead, in words. */
    ago(at: string | number | Date, now = Date.now()): string {
      const seconds = (new Date(at).getTime() - now) / 1000;
      const [unit, length] = SPANS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
      return relative.format(Math.abs(seconds) < 45 ? 0 : Math.trunc(seconds / length), unit);
    },
    /** A length of time in its two largest units. */
    span(seconds: number): string {
      const whole = Math.max(0, Math.round(seconds));
      if (whole < 60) return amount(whole, "second");
      const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
      if (hours) return `${amount(hours, "hour")} ${amount(minutes, "minute")}`;
      return whole < 600 && whole % 60
        ? `${amount(minutes, "minute")} ${amount(whole % 60, "second")}`
        : amount(minutes, "minute");
    },
  };
}
