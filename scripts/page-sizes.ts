/** How large the scripts of a page are: those that it loads at first, and those that it loads when they are needed. */
import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/** Bytes of scripts after gzip. */
export interface PageSizes {
  /** What is loaded before the first screen: the scripts that the HTML names, and all that they import. */
  readonly first: number;
  /** What is loaded when it is needed: everything else but data. */
  readonly later: number;
}

type Output = readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[];

/** Measures what a build of a page with one HTML file has made. */
export function pageSizes(output: Output): PageSizes {
  const texts = new Map(output.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source]));
  const first = firstScripts(output);
  const isData = (file: Output[number]): boolean => file.type === "chunk" && file.moduleIds.some((id) => id.endsWith(".json"));
  const sum = (files: Output): number =>
    files.reduce((bytes, { fileName }) => bytes + gzipSync(texts.get(fileName) ?? "", { level: 9 }).length, 0);
  const scripts = output.filter(({ fileName }) => fileName.endsWith(".js"));
  return {
    first: sum(scripts.filter(({ fileName }) => first.has(fileName))),
    later: sum(scripts.filter((file) => !first.has(file.fileName) && !isData(file))),
  };
}

/** The scripts that the HTML names, also to load them ahead, and what they import at once. */
function firstScripts(output: Output): ReadonlySet<string> {
  const html = output.find(({ fileName }) => fileName.endsWith(".html"));
  const text = html?.type === "asset" ? String(html.source) : "";
  const found = new Set([...text.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path = ""]) => path));
  if (found.size === 0) throw new Error("Cannot measure a page whose HTML names no script");
  for (const path of found) {
    const file = output.find(({ fileName }) => fileName === path);
    for (const imported of file?.type === "chunk" ? file.imports : []) found.add(imported);
  }
  return found;
}

/** Fails a build whose scripts are larger than they may be. */
export function sizeLimits(page: string, limits: PageSizes): Plugin {
  return {
    name: "edgewater:size-limits",
    apply: "build",
    // Not when a build is only measured.
    writeBundle: {
      order: "post",
      handler(_, bundle) {
        const sizes = pageSizes(Object.values(bundle));
        for (const part of ["first", "later"] as const) {
          if (sizes[part] <= limits[part]) continue;
          throw new Error(
            `${page} is too large: the scripts that it loads ${part === "first" ? "at first" : "later"} have ${sizes[part]} bytes after gzip, and may have ${limits[part]}`,
          );
        }
      },
    },
  };
}
