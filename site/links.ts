/** Follows the links of the built site. */
import { posix } from "node:path";

/**
 * What is wrong with the links of the pages: those to files or anchors that are not there, and what a page would load from elsewhere.
 *
 * @param pages HTML by path
 * @param files the paths of the other files of the site
 */
export function brokenLinks(pages: ReadonlyMap<string, string>, files: ReadonlySet<string>): readonly string[] {
  const anchors = new Map([...pages].map(([path, html]) => [path, new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))]));
  const broken: string[] = [];
  for (const [path, html] of pages) {
    for (const [, tag, attribute, url = ""] of html.matchAll(/<(\w+)[^>]* (href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(url)) {
        if (tag !== "a") broken.push(`${path} loads ${url}`);
        continue;
      }
      const [target = "", anchor] = url.split("#");
      const to = target === "" ? path : posix.join(posix.dirname(path), target);
      const isThere = anchors.has(to) || files.has(to);
      // A link to a folder works on some hosts only, and never in files.
      if (target.startsWith("/") || !isThere) broken.push(`${path}: ${attribute} ${url}`);
      else if (anchor !== undefined && !anchors.get(to)?.has(decodeURIComponent(anchor))) broken.push(`${path}: ${attribute} ${url}`);
    }
  }
  return broken;
}
