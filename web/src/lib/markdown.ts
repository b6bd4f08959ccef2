/** Markdown as HTML: what model cards and notes use of it. What comes out is still to be made safe (ui/Prose). */

const quoted = (text: string) => text.replace(/&(?!#?\w+;)/g, "&amp;").replace(/"/g, "&quot;");

/** A longer line is shown as it is: patterns cost the square of its length, and whoever wrote it may mean harm. */
const LONGEST_LINE = 2000;
const DEEPEST = 16;

/** Words within a line; what stands between backticks is left as it is. */
function inline(text: string): string {
  if (text.length > LONGEST_LINE) return text;
  const codes: string[] = [];
  const held = text.replace(/(`{1,3})(.{1,1000}?)\1/g, (_, __, code: string) => {
    codes.push(code.trim().replace(/&/g, "&amp;").replace(/</g, "&lt;"));
    return `\uE000${codes.length - 1}\uE000`;
  });
  return held
    .replace(/!\[([^\]]{0,400})\]\([^)\s]{0,2000}(?:\s"[^"]{0,400}")?\)/g, "$1")
    .replace(
      /\[([^\]]{1,400})\]\(<?([^)\s>]{1,2000})>?(?:\s"[^"]{0,400}")?\)/g,
      (_, words: string, to: string) => `<a href="${quoted(to)}">${words}</a>`,
    )
    .replace(
      /(^|[\s(])(https?:\/\/[^\s<>)]+[^\s<>).,;:!?])/g,
      (_, before: string, to: string) => `${before}<a href="${quoted(to)}">${to}</a>`,
    )
    .replace(/(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1/g, "<strong>$2</strong>")
    .replace(/(?<![\w*])\*(?=\S)(.{1,1000}?)(?<=\S)\*(?![\w*])/g, "<em>$1</em>")
    .replace(/(?<!\w)_(?=\S)(.{1,1000}?)(?<=\S)_(?!\w)/g, "<em>$1</em>")
    .replace(/~~(.{1,1000}?)~~/g, "<del>$1</del>")
    .replace(/\uE000(\d+)\uE000/g, (_, at: string) => `<code>${codes[Number(at)]}</code>`);
}

const cells = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((each) => inline(each.trim()));
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const RULE = /^\s*(?:[-*_]\s*){3,}$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const FENCE = /^\s*(```|~~~)/;

/** Where the block that begins at a line ends, and its HTML. */
function block(lines: readonly string[], from: number, depth: number): [number, string] {
  const line = lines[from] ?? "";
  if (line.length > LONGEST_LINE) return [from + 1, `<p>${line}</p>`];
  const upTo = (isOver: (each: string) => boolean, start = from + 1) => {
    let to = start;
    while (to < lines.length && !isOver(lines[to] ?? "")) to += 1;
    return to;
  };
  if (FENCE.test(line)) {
    const to = upTo((each) => FENCE.test(each));
    const code = lines
      .slice(from + 1, to)
      .join("\n")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;");
    return [to + 1, `<pre><code>${code}</code></pre>`];
  }
  const heading = HEADING.exec(line);
  if (heading) return [from + 1, `<h${heading[1]?.length}>${inline(heading[2] ?? "")}</h${heading[1]?.length}>`];
  if (RULE.test(line)) return [from + 1, "<hr>"];
  if (/^\s*>/.test(line) && depth < DEEPEST) {
    const to = upTo((each) => !/^\s*>/.test(each));
    return [
      to,
      `<blockquote>${html(
        lines.slice(from, to).map((each) => each.replace(/^\s*> ?/, "")),
        depth + 1,
      )}</blockquote>`,
    ];
  }
  const item = ITEM.exec(line);
  if (item) {
    const to = upTo((each) => !ITEM.test(each) && !/^\s{2,}\S/.test(each));
    const name = item[1] ? "ol" : "ul";
    const items: string[] = [];
    for (const each of lines.slice(from, to)) {
      const found = ITEM.exec(each);
      if (found) items.push(inline(found[2] ?? ""));
      else items.push(`${items.pop() ?? ""} ${inline(each.trim())}`);
    }
    return [to, `<${name}>${items.map((each) => `<li>${each}</li>`).join("")}</${name}>`];
  }
  if (line.includes("|") && DIVIDER.test(lines[from + 1] ?? "")) {
    const to = upTo((each) => !each.includes("|"), from + 2);
    const row = (each: string, name: string) =>
      `<tr>${cells(each)
        .map((cell) => `<${name}>${cell}</${name}>`)
        .join("")}</tr>`;
    const body = lines
      .slice(from + 2, to)
      .map((each) => row(each, "td"))
      .join("");
    return [to, `<table><thead>${row(line, "th")}</thead><tbody>${body}</tbody></table>`];
  }
  const begins = (each: string) =>
    !each.trim() || FENCE.test(each) || HEADING.test(each) || ITEM.test(each) || /^\s*>/.test(each);
  const to = upTo(begins);
  const words = lines.slice(from, to).map((each) => inline(each.trim()) + (/ {2,}$|\\$/.test(each) ? "<br>" : ""));
  return [to, `<p>${words.join("\n")}</p>`];
}

function html(lines: readonly string[], depth = 0): string {
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; ) {
    if (!lines[at]?.trim()) {
      at += 1;
      continue;
    }
    const [next, told] = block(lines, at, depth);
    blocks.push(told);
    at = next;
  }
  return blocks.join("\n");
}

export const markdown = (text: string): string => html(text.replace(/\r\n?/g, "\n").split("\n"));
