/** The bytes of a value as they are stored. */
import { EdgewaterError } from "../errors.ts";
import { storeOf } from "../io-handler/stored-in.ts";
import type { GetResult } from "../object-store/types.ts";
import { contextOf, handlerOf } from "../run/look.ts";
import type { BytesQuery, ValueBytes } from "./inspection.ts";
import { Refusal } from "./refusal.ts";
import type { Subject } from "./subject.ts";
import { type ValueVersion, valueVersion } from "./value-version.ts";

/** Opens the bytes of a value. @throws `NotFound` for a value that is gone, `NotSupported` without a store, and the errors of the store */
export async function valueBytes(subject: Subject, name: string, query: BytesQuery): Promise<ValueBytes> {
  const version = await foundVersion(subject, name, query);
  const object = await storedObject(version, subject, query.signal);
  if (object !== undefined) {
    const { extension, opened } = object;
    return { name: fileName(version, extension), stream: opened.stream() };
  }
  const handler = handlerOf(version.output, subject.context).constructor.name;
  const reason = `its ${handler} keeps values elsewhere than in a store`;
  throw new EdgewaterError("NotSupported", `Cannot save the bytes of ${JSON.stringify(name)}: ${reason}; save what load() returns`, {
    asset: name,
  });
}

async function foundVersion(subject: Subject, name: string, query: BytesQuery): Promise<ValueVersion> {
  try {
    return await valueVersion(subject, name, query);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new EdgewaterError("NotFound", `Cannot save the bytes of ${JSON.stringify(name)}: ${error.message}`, { asset: name });
  }
}

/** Opens the object of a value; undefined when its handler has no store. @throws the errors of the store's `get` */
export async function storedObject(
  { output, event, newest, isByHistory }: ValueVersion,
  { context }: Subject,
  signal: AbortSignal | undefined,
): Promise<{ readonly extension: string; readonly opened: GetResult } | undefined> {
  const environment = context.environment({ signal });
  const stored = storeOf(handlerOf(output, environment));
  if (stored === undefined) return undefined;
  const key = stored.keys.toRead(contextOf(output, isByHistory ? event : newest, environment));
  return { extension: stored.keys.extension, opened: await stored.store.get(key, { signal }) };
}

/** `quakes.superjson`, `hourly-2018-02-06T18.superjson`: without what no name of a file may have. */
function fileName({ output: { definition, key } }: ValueVersion, extension: string): string {
  const name = key === undefined ? definition.name : `${definition.name}-${key}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are in no name of a file
  return `${name.replace(/[\\/:*?"<>|\0-\x1f\x7f]/g, "-").replace(/^\.+/, "-")}.${extension}`;
}
