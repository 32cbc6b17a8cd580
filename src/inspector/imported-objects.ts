import type { Definition } from "../asset/types.ts";
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { ValueName } from "../io-handler/key-layout.ts";
import { type StoredIn, storeOf } from "../io-handler/stored-in.ts";
import type { FullPut, Guarantees } from "../object-store/types.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import { handlerOf } from "../run/look.ts";
import { damagedFile, type ObjectLine } from "./file-format.ts";
import type { ImportQuery } from "./inspection.ts";
import type { Subject } from "./subject.ts";

/** Where an object is imported to. */
interface Target {
  readonly stored: StoredIn;
  readonly key: string;
}

/** The objects of a file that is imported: written where nothing is, one after the other, and deleted again when the file is damaged. */
export class ImportedObjects {
  readonly notes: string[] = [];
  /** How many objects the file has so far, how many of them are imported, and their bytes. */
  read = 0;
  values = 0;
  bytes = 0;
  readonly #subject: Subject;
  readonly #options: ImportQuery;
  readonly #written: Target[] = [];
  #object: ObjectLine | undefined;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(subject: Subject, options: { readonly merge: boolean; readonly dryRun: boolean; readonly signal: AbortSignal | undefined }) {
    this.#subject = subject;
    const { signal, ...others } = options;
    this.#options = { ...others, ...(signal && { signal }) };
  }

  /** Begins an object, after the one before it is written. */
  async begin(object: ObjectLine): Promise<void> {
    await this.end();
    this.#object = object;
    this.read++;
  }

  /** Adds bytes to the object that was begun. */
  add(bytes: Uint8Array): void {
    if (this.#object === undefined) throw damagedFile("it has bytes without an object");
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size > this.#object.size) throw damagedFile(`the object ${JSON.stringify(this.#object.key)} has more bytes than it says`);
  }

  /** Writes the object that was begun. */
  async end(): Promise<void> {
    const object = this.#object;
    if (object === undefined) return;
    if (this.#size !== object.size) throw damagedFile(`bytes of the object ${JSON.stringify(object.key)} are missing`);
    const bytes = joined(this.#parts, this.#size);
    [this.#object, this.#parts, this.#size] = [undefined, [], 0];
    const target = this.#targetOf(object);
    if (target !== undefined) await this.#write(object, target, bytes);
  }

  /** Deletes what was written. What a store does not delete stays unrecorded: the error that it is undone for is the one to tell. */
  async undo(): Promise<void> {
    for (const { stored, key } of this.#written) await stored.store.delete?.(key).catch(() => {});
  }

  #targetOf({ asset, partition, key, isVersion }: ObjectLine): Target | undefined {
    const { graph, context } = this.#subject;
    const definition = graph.nodes.get(asset)?.definition;
    if (definition === undefined) return this.#leaveOut(asset, "the repository has no such asset");
    const stored = storeOf(handlerOf({ definition, key: undefined }, context));
    if (stored === undefined) return this.#leaveOut(asset, "its handler is not a built-in one that writes to a store");
    const { keys } = stored;
    if (isVersion && keys.history === undefined) return this.#leaveOut(asset, "its handler keeps no history here");
    const place = placeOf(definition, partition);
    if (place === undefined) return this.#leaveOut(asset, "it has other partitions here");
    if (!isVersion) return { stored, key: keys.ofPlace(place) };
    // A file says any key: one of another asset, or of what is no value, is not written.
    return keys.history?.isVersionOf(key, place)
      ? { stored, key }
      : this.#leaveOut(asset, "they have keys that its versions do not have here");
  }

  #leaveOut(asset: string, reason: string): undefined {
    const note = `Values of ${JSON.stringify(asset)} are left out: ${reason}.`;
    if (!this.notes.includes(note)) this.notes.push(note);
    return undefined;
  }

  async #write({ asset, contentType, metadata }: ObjectLine, target: Target, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { stored, key } = target;
    const { merge, dryRun, signal } = this.#options;
    const found = await existing(target, signal);
    if (found !== undefined && !sameBytes(found, bytes)) {
      const message = `Cannot import the value of ${JSON.stringify(asset)}: ${stored.store.name} has another object ${JSON.stringify(key)}`;
      if (!merge)
        throw new EdgewaterError("AlreadyExists", `${message}; delete it, or pass { merge: true } to keep it`, {
          store: stored.store.name,
          key,
          asset,
        });
      this.notes.push(`The value of ${JSON.stringify(asset)} at ${JSON.stringify(key)} is another one here and was kept.`);
      return;
    }
    this.values++;
    this.bytes += bytes.length;
    if (found !== undefined || dryRun) return;
    const store = stored.store as FullPut & Guarantees;
    // Stores without attributes ignore them.
    await store.put(key, bytes, { ...(store.etags !== undefined && { mode: "create" }), contentType, metadata, signal });
    this.#written.push(target);
  }
}

/** The place of a value; undefined for a partition that the definition does not have. */
function placeOf({ name, partitions }: Definition, partition: string | undefined): ValueName | undefined {
  if ((partitions === undefined) !== (partition === undefined)) return undefined;
  if (partitions === undefined || partition === undefined) return { assetName: name };
  try {
    return { assetName: name, partition: new PartitionContext({ keys: [partitions.read(partition)], definition: partitions }) };
  } catch (error) {
    if (isEdgewaterError(error, "PartitionError")) return undefined;
    throw error;
  }
}

async function existing({ stored, key }: Target, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  try {
    return await (await stored.store.get(key, { signal })).bytes();
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
