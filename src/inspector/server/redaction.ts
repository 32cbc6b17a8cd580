import { callSafely } from "../../errors.ts";
import type { MetadataWire } from "../../metadata/metadata-json.ts";
import type { FailureRecord } from "../../storage/events.ts";
import type { EventView, LatestView } from "../inspection.ts";
import type { InspectorMetadata, InspectorOptions } from "./options.ts";

/** Takes out of views what the options of the inspector keep back. */
export class Redaction {
  readonly #options: InspectorOptions;

  constructor(options: InspectorOptions) {
    this.#options = options;
  }

  metadata(metadata: MetadataWire, asset: string | undefined): MetadataWire {
    if (this.#options.redact === undefined || asset === undefined) return metadata;
    const kept = Object.entries(metadata).flatMap(([key, value]) => {
      const left = this.#redacted(value, asset, key);
      return left === undefined ? [] : [[key, left as MetadataWire[string]] as const];
    });
    return Object.fromEntries(kept);
  }

  /** A text of metadata, such as in a diff. */
  text(text: string | undefined, asset: string, key: string): string | undefined {
    const left = text === undefined ? undefined : this.#redacted({ Text: { value: text } }, asset, key);
    return left === undefined ? undefined : stringIn(left["Text"]);
  }

  /** A number of metadata, such as of a partition. */
  number(value: number, asset: string, key: string): number | undefined {
    const left = this.#redacted({ Float: { value } }, asset, key);
    const content = (left?.["Float"] as { readonly value?: unknown } | undefined)?.value;
    return typeof content === "number" ? content : undefined;
  }

  latest(latest: LatestView, asset: string): LatestView {
    const { size, ...rest } = latest;
    if (size === undefined || this.#options.redact === undefined) return latest;
    const value = this.number(size.value, asset, size.name);
    return value === undefined ? rest : { ...rest, size: { name: size.name, value } };
  }

  /** A failure, with the lines of its stack only if the options say so. */
  failure(failure: FailureRecord): FailureRecord {
    return { ...failure, frames: this.#options.stacks === "own" ? failure.frames.map(withoutFolders) : [] };
  }

  event(event: EventView): EventView {
    const metadata = this.metadata(event.metadata, event.asset);
    return { ...event, metadata, ...(event.failure && { failure: this.failure(event.failure) }) };
  }

  /** A redaction that fails keeps the value back. */
  #redacted(value: InspectorMetadata, asset: string, key: string): InspectorMetadata | undefined {
    const { redact } = this.#options;
    if (redact === undefined) return value;
    let left: InspectorMetadata | undefined;
    callSafely(() => {
      const result: unknown = redact(value, { asset, key });
      if (typeof result === "object" && result !== null && !("then" in result)) left = result as InspectorMetadata;
    });
    return left;
  }
}

function stringIn(content: unknown): string | undefined {
  const value = (content as { readonly value?: unknown } | undefined)?.value;
  return typeof value === "string" ? value : undefined;
}

/** `at make (file:///home/me/assets.ts:3:9)` as `at make (assets.ts:3:9)`. */
function withoutFolders(frame: string): string {
  return frame.replace(/(?:[a-z][\w+.-]{0,30}:)?(?:\/{1,3}|[A-Za-z]:[\\/])[^\s()]*[\\/]/gi, "");
}
