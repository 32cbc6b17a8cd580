/** Why a value is not shown, and what can be done about it. */
import type { Can, Preview } from "../../src/inspector/inspection.ts";
import { formatBytes, formatNumber } from "./format.ts";
import type { Form } from "./status.ts";

type Refused = Extract<Preview, { readonly kind: "refused" }>;

export interface Refusal {
  readonly title: string;
  readonly form: Form;
  readonly code?: string;
  readonly message: string;
  /** A call that would allow it, as code. */
  readonly example?: string;
  /** What a press can do: make the value again, load more of it than the limit or its first rows, or save its bytes. */
  readonly acts: readonly (
    | { readonly type: "materialize" | "save"; readonly label: string }
    | { readonly type: "load"; readonly label: string; readonly limits: { readonly maxBytes?: number; readonly firstRows?: number } }
  )[];
}

/** What a screen says in place of a value. */
export function refusalOf({ because, message, code, size, limit, firstRows }: Refused, asset: string, can: Can): Refusal {
  const again = can.materialize ? [{ type: "materialize", label: `Materialize ${asset}` } as const] : [];
  const save = can.bytes ? [{ type: "save", label: "Save the bytes" } as const] : [];
  switch (because) {
    case "damaged":
      return { title: "The stored bytes are damaged", form: "fail", code: code ?? "Integrity", message, acts: [...again, ...save] };
    case "unreadable":
      return { title: "The value cannot be read", form: "fail", ...(code !== undefined && { code }), message, acts: [...again, ...save] };
    case "gone":
      return { title: "The value is gone", form: "none", ...(code !== undefined && { code }), message, acts: again };
    case "not-allowed":
      return {
        title: "Values are not shown here",
        form: "none",
        message,
        example: 'inspector(repository, { values: "preview" })',
        acts: [],
      };
    case "too-large":
      return {
        title: "Too large to show",
        form: "none",
        message: size === undefined || limit === undefined ? message : tooLarge(asset, size, limit),
        acts: [
          ...(firstRows === undefined
            ? []
            : [{ type: "load", label: `Show the first ${formatNumber(firstRows)} rows`, limits: { firstRows } } as const]),
          ...(size === undefined ? [] : [{ type: "load", label: `Load all, ${formatBytes(size)}`, limits: { maxBytes: size } } as const]),
          ...save,
        ],
      };
  }
}

const tooLarge = (asset: string, size: number, limit: number): string =>
  `${asset} is ${formatBytes(size)}. A preview loads at most ${formatBytes(limit)}, so that it never fills the memory of this tab.`;
