/** Where the names of the API are described, so that others can link to them. */
import { relativeLink } from "../html.ts";
import type { Location, Module } from "./declarations.ts";

/** A declaration is described once: on the page of the first module that exports it. */
export class Places {
  readonly #byLocation = new Map<string, string>();
  /** The pages that describe a name, which several modules may have for different things. */
  readonly #byName = new Map<string, Set<string>>();

  constructor(modules: readonly Module[]) {
    for (const module of modules) {
      const path = pathOf(module);
      for (const { name, declarations } of module.symbols) {
        for (const { kind, location } of declarations) {
          if (kind === "reference" || this.of(location) !== undefined) continue;
          this.#byLocation.set(keyOf(location), path);
          this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(path));
        }
      }
    }
  }

  /** The page that describes the declaration at a location. */
  of(location: Location): string | undefined {
    return this.#byLocation.get(keyOf(location));
  }

  /** The link from a page to a name, or to the owner of a member such as `LocalStore.accept`. */
  linkTo(from: string, name: string): string | undefined {
    const [owner = ""] = name.split(".");
    const pages = this.#byName.get(owner);
    if (pages === undefined) return undefined;
    const [first = ""] = pages;
    return pages.has(from) ? `#${owner}` : `${relativeLink(from, first)}#${owner}`;
  }
}

/** The page of a module. */
export function pathOf({ names: [name = ""] }: Module): string {
  return `api/${name.replace(/^edgewater\//, "").replaceAll("/", "-")}.html`;
}

function keyOf({ filename, byteIndex }: Location): string {
  return `${filename}:${byteIndex}`;
}
