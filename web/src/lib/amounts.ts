/** Amounts of bytes as people type them, by the rules that the server has for its own settings. */

const AMOUNT = /^(\d{1,13}(?:[.,]\d{1,6})?)\s*([kmgt]?)(i?)[bo]?(?:\/s|ps)?$/i;
const POWERS = ["", "k", "m", "g", "t"];
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** How many bytes a text means, like "5 MB", "1.5 GiB" or "500k"; undefined when it means none. */
export function bytesIn(text: string): number | undefined {
  const [, number, power = "", binary] = AMOUNT.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  return Math.round(Number(number.replace(",", ".")) * (binary ? 1024 : 1000) ** POWERS.indexOf(power.toLowerCase()));
}

/** Bytes as one would type them: in the largest unit that tells them exactly with two decimals at most. */
export function bytesAsTyped(count: number): string {
  if (!Number.isFinite(count) || count < 1000) return String(count);
  for (let step = UNITS.length - 1; step > 0; step -= 1) {
    const hundredths = count / (1000 ** step / 100);
    if (hundredths >= 100 && Number.isInteger(hundredths)) return `${hundredths / 100} ${UNITS[step]}`;
  }
  return String(count);
}
