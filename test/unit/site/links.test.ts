import { expect, it } from "vitest";
import { brokenLinks } from "../../../site/links.ts";

const files = new Set(["site.css", "images/a.png"]);

it("finds nothing wrong with links to pages, anchors and files that are there", () => {
  const pages = new Map([
    ["index.html", '<link rel="stylesheet" href="site.css"><h1 id="top"></h1><a href="stores/s3.html#limits">…</a><a href="#top">…</a>'],
    [
      "stores/s3.html",
      '<h2 id="limits"></h2><a href="../index.html">…</a><img src="../images/a.png"><a href="https://example.com/x">…</a>',
    ],
  ]);
  expect(brokenLinks(pages, files)).toEqual([]);
});

it.each([
  ["a page that is not there", '<a href="s4.html">'],
  ["an anchor that is not on its page", '<a href="s3.html#limits">'],
  ["an anchor that is not on this page", '<a href="#limits">'],
  ["a file that is not there", '<img alt="" src="images/b.png">'],
  ["a folder, which is no page in files", '<a href="./">'],
  ["the root of the host, where another site may be", '<a href="/s3.html">'],
])("finds a link to %s", (_, html) => {
  const pages = new Map([
    ["index.html", html],
    ["s3.html", ""],
  ]);
  expect(brokenLinks(pages, files)).toHaveLength(1);
});

it("finds what a page would load from another origin", () => {
  expect(brokenLinks(new Map([["index.html", '<script src="https://example.com/a.js"></script>']]), files)).toEqual([
    "index.html loads https://example.com/a.js",
  ]);
});
