import { createElement, Fragment, type ReactNode, useMemo } from "react";
import { bare } from "@/lib/bare";
import { markdown } from "@/lib/markdown";
import { classes } from "./classes";
import styles from "./Prose.module.css";

/** What may stand in prose, and what stands for it: headings step down below those of the page. */
const ELEMENTS: Record<string, string> = {
  ...Object.fromEntries(
    "b strong i em u s del sub sup code pre blockquote ul ol li table thead tbody tr th td p br hr"
      .split(" ")
      .map((name) => [name, name]),
  ),
  h1: "h3",
  h2: "h3",
  h3: "h4",
  h4: "h5",
  h5: "h6",
  h6: "h6",
};
/** What is left out with all that stands in it. */
const NEVER = new Set(["script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "title"]);
const VOID = new Set(["br", "hr"]);
const DEEPEST = 60;

/** An address that a link may lead to. */
function safe(href: string | null): string | undefined {
  try {
    const url = new URL(href ?? "");
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function drawn(node: Node, key: number, depth: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const name = node.localName;
  if (NEVER.has(name) || depth > DEEPEST) return null;
  const inner = [...node.childNodes].map((each, at) => drawn(each, at, depth + 1));
  if (name === "a") {
    const href = safe(node.getAttribute("href"));
    if (href)
      return (
        <a key={key} href={href} target="_blank" rel="noopener noreferrer">
          {inner}
        </a>
      );
  }
  const element = ELEMENTS[name];
  if (!element) return <Fragment key={key}>{inner}</Fragment>;
  if (VOID.has(element)) return createElement(element, { key });
  const parts = ["table", "thead", "tbody", "tr"].includes(element)
    ? inner.filter((each) => typeof each !== "string" || each.trim())
    : inner;
  return createElement(element, { key }, ...parts);
}

/** Prose of other people, as elements that were drawn anew: nothing of it is ever given to the browser as HTML. */
export function Prose({ text, format, className }: { text: string; format: "html" | "markdown"; className?: string }) {
  const parts = useMemo(() => {
    const told = bare(format === "markdown" ? markdown(text) : text);
    const page = new DOMParser().parseFromString(told, "text/html");
    return [...page.body.childNodes].map((each, at) => drawn(each, at, 0));
  }, [text, format]);
  return (
    <div data-said="" className={classes(styles.prose, className)}>
      {parts}
    </div>
  );
}
