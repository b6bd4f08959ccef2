/** Which links a pasted text holds. */

const IS_ADDRESS = /^(https?:\/\/|urn:air:)\S+$/i;
const QUOTES = /^["'<(]+|["'>),;]+$/g;
const MOST = 50;

/** Each line is a link; a line of nothing but addresses is one link each. Comments and doubles are left out. */
export function linksOf(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const found = lines.flatMap((line) => {
    const parts = line.split(/\s+/).map((part) => part.replace(QUOTES, ""));
    return parts.every((part) => IS_ADDRESS.test(part)) ? parts : [line];
  });
  return [...new Set(found)].slice(0, MOST);
}
