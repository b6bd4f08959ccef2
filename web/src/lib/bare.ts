/** HTML without attributes, but for where links lead: a parser complains of what acts even where nothing can act. */

const TAG = /<([a-z][^\s/>]*)/gi;
const ATTRIBUTE = /[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*))?)?/y;
const END = /[\s/]*>/y;

/** What a pattern finds right there, and the place behind it. */
function next(pattern: RegExp, html: string, at: number): [RegExpExecArray | null, number] {
  pattern.lastIndex = at;
  const found = pattern.exec(html);
  return [found, pattern.lastIndex];
}

/** The address in the tag whose attributes begin at a place, how and where it ends; nothing when it never ends. */
function link(html: string, from: number): [string | undefined, string, number] | undefined {
  let href: string | undefined;
  for (let at = from; ; ) {
    const [end, behind] = next(END, html, at);
    if (end) return [href, end[0].endsWith("/>") ? "/>" : ">", behind];
    const [found, after] = next(ATTRIBUTE, html, at);
    if (!found) return undefined;
    if (href === undefined && found[1]?.toLowerCase() === "href") href = found[2] ?? found[3] ?? found[4] ?? "";
    at = after;
  }
}

export function bare(html: string): string {
  let told = "";
  for (let at = 0; ; ) {
    const [tag, inside] = next(TAG, html, at);
    if (!tag) return told + html.slice(at);
    const found = link(html, inside);
    told += html.slice(at, tag.index);
    if (!found) return told;
    const [href, end, behind] = found;
    const leads = tag[1]?.toLowerCase() === "a" && href !== undefined;
    told += `<${tag[1]}${leads ? ` href="${href?.replace(/"/g, "&quot;")}"` : ""}${end}`;
    at = behind;
  }
}
