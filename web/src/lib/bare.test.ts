import { expect, test } from "vitest";
import { bare } from "./bare";

test.each([
  ['<p onclick="x()" class=a>Hi</p>', "<p>Hi</p>"],
  ["<svg/onload=x()><img src=\"a>b\" onerror='y'/>", "<svg><img/>"],
  ['<a title="x" HREF=https://example.org/?a=1&b onclick=x>out</a>', '<a href="https://example.org/?a=1&b">out</a>'],
  ["<a href='say \"hi\"' href=second>in</a>", '<a href="say &quot;hi&quot;">in</a>'],
  ["<p = onclick = 'x'style=y>a < b, 1 <2 and </p x>", "<p>a < b, 1 <2 and </p x>"],
  ["words <img onerror=x", "words "],
  ['<svg class="icon" />after', "<svg/>after"],
  ['<p title="never closed>words <b onclick=x>more</b>', "<p>words <b>more</b>"],
])("%j", (html, told) => expect(bare(html)).toBe(told));

test("what is meant to take long does not", () => {
  for (const each of ['<a href="', "<a ", "<a =", "<", "<p/ ", "<p a='"]) bare(each.repeat(100_000 / each.length));
});
