import { damaged } from "../failures.ts";
import { shown } from "./checks.ts";
import { decodeBase64 } from "./view.ts";

/** The buffers of one container, each of which becomes one value: else a small text could name a large buffer many times. */
export class Buffers {
  readonly #list: readonly Uint8Array<ArrayBuffer>[];
  readonly #zeroCopy: boolean;
  readonly #used = new Map<number, { readonly annotation: string; readonly value: object }>();

  constructor(list: readonly Uint8Array<ArrayBuffer>[], zeroCopy: boolean) {
    this.#list = list;
    this.#zeroCopy = zeroCopy;
  }

  /** The value of bytes that are base64 in the text, or a buffer by its number. */
  valueOf(raw: unknown, annotation: string, make: (bytes: Uint8Array<ArrayBuffer>) => object): object {
    if (typeof raw === "string") return make(decodeBase64(raw));
    return this.#once(raw, annotation, (bytes) => make(this.#zeroCopy ? bytes : bytes.slice()));
  }

  /** The value of bytes that `make` copies. */
  copyOf(raw: unknown, annotation: string, make: (bytes: Uint8Array<ArrayBuffer>) => object): object {
    return typeof raw === "string" ? make(decodeBase64(raw)) : this.#once(raw, annotation, make);
  }

  /** A buffer that several views share. */
  shared(raw: unknown): ArrayBuffer {
    return this.#once(raw, "view", (bytes) => bytes.slice().buffer) as ArrayBuffer;
  }

  #once(raw: unknown, annotation: string, make: (bytes: Uint8Array<ArrayBuffer>) => object): object {
    const bytes = typeof raw === "number" ? this.#list[raw] : undefined;
    if (bytes === undefined) throw damaged(`there is no buffer ${shown(raw)}`);
    const used = this.#used.get(raw as number);
    if (used !== undefined && used.annotation !== annotation)
      throw damaged(`buffer ${shown(raw)} is named by ${used.annotation} and ${annotation}`);
    if (used !== undefined) return used.value;
    const value = make(bytes);
    this.#used.set(raw as number, { annotation, value });
    return value;
  }
}
