/** The functions of the pipeline and what somebody has made of them. Edits are in the records, so an export of those has them too. */

import { functions as builtIn } from "virtual:functions";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Storage } from "edgewater";
import { codeVersionOf, type Version } from "./edited-graph.ts";

const prefix = "playground/function/";
const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

export interface Functions {
  /** The edited texts, by the name of their asset. */
  readonly edited: ReadonlySignal<ReadonlyMap<string, string>>;
  /** The text that is built in; undefined for what has no function. */
  readonly builtIn: (name: string) => string | undefined;
  /** Reads the edits again: another tab, or an import, has changed them. Returns whether it has. */
  readonly reload: () => Promise<boolean>;
  /** Keeps a text; the one that is built in is no edit. */
  readonly save: (name: string, text: string) => Promise<void>;
  /** What the repository runs: the code version of every function, and how the edited ones are called. */
  readonly versions: (call: (name: string, text: string) => Version["compute"]) => Promise<(name: string) => Version | undefined>;
}

export async function openFunctions(storage: Storage): Promise<Functions> {
  const edited = signal<ReadonlyMap<string, string>>(new Map());
  const reload = async (): Promise<boolean> => {
    const entries = await storage.kvList(prefix);
    const texts = new Map(entries.map(({ key, value }) => [key.slice(prefix.length), utf8.decode.decode(value)]));
    const before = edited.value;
    if (texts.size === before.size && [...texts].every(([name, text]) => before.get(name) === text)) return false;
    edited.value = texts;
    return true;
  };
  await reload();
  return {
    edited,
    builtIn: (name) => (Object.hasOwn(builtIn, name) ? builtIn[name] : undefined),
    reload,
    save: async (name, text) => {
      if (text === builtIn[name]) await storage.kvDelete(prefix + name);
      else await storage.kvSet(prefix + name, utf8.encode.encode(text));
      await reload();
    },
    versions: async (call) => {
      const texts = Object.keys(builtIn).map((name) => [name, edited.value.get(name)] as const);
      const versions = new Map<string, Version>();
      for (const [name, text] of texts) {
        const codeVersion = await codeVersionOf(text ?? builtIn[name] ?? "");
        versions.set(name, { codeVersion, compute: text === undefined ? undefined : call(name, text) });
      }
      return (name) => versions.get(name);
    },
  };
}
