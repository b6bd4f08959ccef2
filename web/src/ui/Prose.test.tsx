import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Prose } from "./Prose";

const shown = (text: string, format: "html" | "markdown" = "html") =>
  render(<Prose text={text} format={format} />).container.firstElementChild?.innerHTML;

test("what acts is left out, what is said stays", () => {
  const told = shown(
    '<p onclick="x()">Hi <b>there</b><script>alert(1)</script><img src=x onerror=y> <font>you</font></p>',
  );
  expect(told).toBe("<p>Hi <b>there</b> you</p>");
});
test("links lead out safely, or are words", () => {
  shown('<a href="https://example.org/a">out</a> <a href="javascript:x()">bad</a> <a href="/api/x">inner</a>');
  const link = screen.getByRole("link");
  expect(link).toHaveTextContent("out");
  expect(link).toHaveAttribute("target", "_blank");
  expect(link).toHaveAttribute("rel", "noopener noreferrer");
  expect(screen.getAllByRole("link")).toHaveLength(1);
});
test("headings of a description stand below those of the page", () => {
  shown("<h1>Big</h1>");
  expect(screen.getByRole("heading", { level: 3 })).toHaveTextContent("Big");
});
test.each([
  [
    "# Title\n\nSome *soft* and **loud** `a*b*c` text",
    "<h3>Title</h3>\n<p>Some <em>soft</em> and <strong>loud</strong> <code>a*b*c</code> text</p>",
  ],
  ["- one\n- two\n  more\n\n1. first", "<ul><li>one</li><li>two more</li></ul>\n<ol><li>first</li></ol>"],
  ["```py\nx < 1\n# no heading\n```", "<pre><code>x &lt; 1\n# no heading</code></pre>"],
  ["> said\n> twice", "<blockquote><p>said\ntwice</p></blockquote>"],
  [
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
  ],
  ["snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"],
  ["[x](javascript:alert(1)) <script>alert(1)</script>", "<p>x) </p>"],
])("markdown %j", (text, told) => expect(shown(text, "markdown")).toBe(told));
