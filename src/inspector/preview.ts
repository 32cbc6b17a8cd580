/** A value as it is shown: loaded only when it is not larger than the limit. */
import { isEdgewaterError, thrownText } from "../errors.ts";
import { storeOf } from "../io-handler/stored-in.ts";
import { loadVersion } from "../repository/history/load-version.ts";
import { loadValue } from "../run/load-inputs.ts";
import { contextOf, handlerOf, type Output, storedValue } from "../run/look.ts";
import type { LoadEnvironment } from "../run/run-environment.ts";
import type { StoredEvent } from "../storage/types.ts";
import { readFirstRows } from "./first-rows.ts";
import type { Preview, PreviewQuery } from "./inspection.ts";
import { valuePreview } from "./preview-value.ts";
import { Refusal } from "./refusal.ts";
import type { InspectedRepository } from "./subject.ts";
import { withoutStream } from "./text-and-bytes.ts";
import { storedObject } from "./value-bytes.ts";
import { type ValueVersion, valueVersion } from "./value-version.ts";
import { numberOf } from "./views.ts";

/** How many values are kept between two looks at them. */
const mostKept = 3;
/** For how long a value is kept that nobody looks at, in milliseconds. */
const keptMs = 60_000;

/** A value that was loaded, as far as it was loaded. */
export interface LoadedValue {
  readonly value: unknown;
  /** How many rows or bytes there are, of a value of which a part was loaded. */
  readonly total?: number | undefined;
  /** The rows that the part has. */
  readonly rows?: readonly [from: number, to: number];
  /** Whether there are more rows, of a value of which the first ones were read. */
  readonly isCut?: boolean;
  /** The event that recorded it. */
  readonly event: StoredEvent;
}

/** How much of a value to load. */
interface Part {
  readonly maxBytes: number;
  readonly rows: readonly [from: number, to: number];
  readonly firstRows: number | undefined;
}

/** Loads values to show them, and keeps the last ones, so that scrolling through a table loads it once. */
export class ValueLoader {
  readonly #subject: InspectedRepository;
  readonly #kept = new Map<string, { readonly value: Promise<LoadedValue>; timer: ReturnType<typeof setTimeout> }>();

  constructor(subject: InspectedRepository) {
    this.#subject = subject;
  }

  /** Shows a value, or says why it is not shown. @throws `NotFound` and `PartitionError` for an unknown asset or partition */
  async preview(name: string, query: PreviewQuery): Promise<Preview> {
    const { limits } = this.#subject;
    const { rows: [from, to] = [0, 100] } = query;
    const rows = [from, Math.min(to, from + limits.rows)] as const;
    try {
      const loaded = await this.load(name, { ...query, rows });
      return valuePreview(loaded, { ...query, rows }, this.#subject);
    } catch (error) {
      if (error instanceof Refusal) return error.preview;
      throw error;
    }
  }

  /**
   * Loads a value, the newest or that of an event.
   *
   * @throws `Refusal` when it is not to be loaded or cannot be
   */
  async load(name: string, query: PreviewQuery): Promise<LoadedValue> {
    const { context, limits } = this.#subject;
    const { partition, maxBytes = limits.previewBytes, rows = [0, limits.rows], firstRows, signal } = query;
    const version = await valueVersion(this.#subject, name, query);
    const environment = context.environment({ signal });
    const hasParts = handlerOf(version.output, environment).preview !== undefined;
    const id = JSON.stringify([name, partition, version.event.id, maxBytes, firstRows, ...(hasParts ? rows : [])]);
    const kept = this.#kept.get(id);
    if (kept !== undefined) {
      this.#keep(id, kept.value);
      return kept.value;
    }
    // A look of somebody else may wait for it too.
    const loading = this.#load(version, { maxBytes, rows, firstRows }, context.environment({}));
    this.#keep(id, loading);
    loading.catch(() => this.#forget(id));
    return loading;
  }

  /** Forgets all values. */
  clear(): void {
    for (const id of [...this.#kept.keys()]) this.#forget(id);
  }

  async #load(version: ValueVersion, { maxBytes, rows, firstRows }: Part, environment: LoadEnvironment): Promise<LoadedValue> {
    const { output, event, newest, isByHistory } = version;
    const { definition, key } = output;
    const handler = handlerOf(output, environment);
    try {
      if (handler.preview !== undefined) {
        const part = await handler.preview(contextOf(output, isByHistory ? event : newest, environment), { bytes: maxBytes, rows });
        return { ...part, value: await withoutStream(part.value, maxBytes), ...(part.total !== undefined && { rows }), event };
      }
      const size = await sizeOf(output, isByHistory ? event : newest, environment);
      if (size !== undefined && size > maxBytes) {
        if (firstRows !== undefined) return { ...(await this.#firstRows(version, firstRows)), event };
        throw Refusal.tooLarge(size, maxBytes, storeOf(handler) && this.#subject.limits.rows);
      }
      const request = { source: definition, key, spec: undefined, downstreamAsset: undefined };
      const value = isByHistory ? await loadVersion(request, event.id, environment) : await loadValue(request, environment);
      return { value: await withoutStream(value, maxBytes), event };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** The first rows of a value that is too large to be loaded, read from the beginning of its bytes. */
  async #firstRows(version: ValueVersion, firstRows: number): Promise<Pick<LoadedValue, "value" | "isCut">> {
    const { limits } = this.#subject;
    const object = await storedObject(version, this.#subject, undefined);
    const found =
      object && (await readFirstRows(object.opened.stream(), { rows: Math.min(firstRows, limits.rows), bytes: limits.previewBytes }));
    if (found === undefined) throw new Refusal("unreadable", "The value has no rows that can be read from the beginning of its bytes.");
    return { value: found.rows, isCut: found.isCut };
  }

  #keep(id: string, value: Promise<LoadedValue>): void {
    this.#forget(id);
    const timer = setTimeout(() => this.#forget(id), keptMs);
    (timer as { readonly unref?: () => void }).unref?.();
    this.#kept.set(id, { value, timer });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#forget(oldest);
  }

  #forget(id: string): void {
    clearTimeout(this.#kept.get(id)?.timer);
    this.#kept.delete(id);
  }
}

/** How many bytes a value has, by its store or its record; undefined when nobody knows. */
async function sizeOf(output: Output, event: StoredEvent, environment: LoadEnvironment): Promise<number | undefined> {
  const stored = await storedValue(output, event, environment);
  return stored?.size ?? numberOf(event.metadata["size_bytes"]);
}

/** Why a value cannot be loaded, for people. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = thrownText(error);
  if (!isEdgewaterError(error)) return new Refusal("unreadable", `Its handler has thrown: ${message}`);
  const isGone = error.code === "NotFound" || (error.code === "Integrity" && isEdgewaterError(error.cause, "NotFound"));
  const because = isGone
    ? "gone"
    : error.code === "Integrity"
      ? "damaged"
      : error.code === "PermissionDenied"
        ? "not-allowed"
        : "unreadable";
  return new Refusal(because, message, { code: error.code });
}
