import { expect, it } from "vitest";
import { headingsOf } from "../../../site/html.ts";
import { renderMarkdown } from "../../../site/markdown.ts";

const render = (text: string): string => renderMarkdown(text, (url) => (url.endsWith(".ts") ? undefined : url.replace(".md", ".html")));

it("gives headings the anchors that a code host gives them, each once", () => {
  const headings = headingsOf(render("# Two `runs` at once!\n\n## Limits\n\none\n\n## Limits\n\n- two\n- three\n"));
  expect(headings.map(({ id, text, content }) => [id, text, content])).toEqual([
    ["two-runs-at-once", "Two runs at once!", ""],
    ["limits", "Limits", "one"],
    ["limits-1", "Limits", "two three"],
  ]);
});

it("leads links where they are told, and leaves out those that lead to nothing in the site", () => {
  expect(render("[a](running.md#x), [the source](../src/a.ts)")).toBe('<p><a href="running.html#x">a</a>, the source</p>');
});

it("shows HTML of a text as text", () => {
  expect(render('Use <script>alert(1)</script>\n\n```ts\nconst a = "<b>";\n```\n')).not.toMatch(/<(?:script|b)>/);
});

it("shows code of every language, and a table in a box that scrolls", () => {
  expect(render("```ts run\nconst a = 1;\n```\n")).toContain(
    '<pre class="code ts" tabindex="0"><code><span class="hljs-keyword">const</span>',
  );
  expect(render("```unheard\n1 < 2\n```\n")).toContain("<code>1 &lt; 2\n</code>");
  expect(render("| a |\n|-|\n| b |\n")).toMatch(/^<div class="table" tabindex="0"><table>/);
});
