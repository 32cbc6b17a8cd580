import type { Preview } from "./inspection.ts";

/** A value that is not shown. */
type Refused = Extract<Preview, { readonly kind: "refused" }>;

/** Why a value is not shown: thrown on the way to it, and shown in its place. Never leaves an inspection. */
export class Refusal extends Error {
  readonly preview: Refused;

  constructor(because: Refused["because"], message: string, details: Pick<Refused, "code" | "size" | "limit" | "firstRows"> = {}) {
    super(message);
    this.name = "Refusal";
    this.preview = { kind: "refused", because, message, ...details };
  }

  /** A value that is larger than the limit. */
  static tooLarge(size: number, limit: number, firstRows?: number): Refusal {
    const message = `The value has ${size.toLocaleString("en-US")} bytes, and the limit is ${limit.toLocaleString("en-US")}.`;
    return new Refusal("too-large", message, { size, limit, ...(firstRows !== undefined && { firstRows }) });
  }
}
