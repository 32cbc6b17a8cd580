/**
 * A value as it is shown: as JSON has it, tagged where JSON has no word for it, cut where it is long.
 */
export type Shown =
  | null
  | boolean
  | number
  | string
  | {
      readonly $: "date" | "bigint" | "url" | "regexp" | "number" | "undefined" | "symbol" | "error" | "class" | "function" | "temporal";
      readonly v: string;
      readonly name?: string;
    }
  /** A text that is longer than what is shown of it: `of` UTF-16 units. */
  | { readonly $: "cut"; readonly v: string; readonly of: number }
  /** Something with members: `size` of them, of which the first are shown. With `isDeep`, none is shown because it lies too deep. */
  | {
      readonly $: "array" | "object" | "map" | "set" | "bytes" | "typed";
      readonly size: number;
      readonly name?: string;
      readonly of: readonly (readonly [key: Shown, value: Shown])[];
      readonly isDeep?: true;
    }
  /** The same object as the one at this path. */
  | { readonly $: "same"; readonly v: string };
