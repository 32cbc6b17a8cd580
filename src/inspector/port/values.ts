/** Values, and what has changed between two versions. */
import type { ErrorCode } from "../../errors.ts";
import type { Shown } from "../show.ts";
import type { SignalOptions } from "./common.ts";

export interface PreviewQuery extends SignalOptions {
  readonly partition?: string;
  /** The event of the version; the newest unless given. */
  readonly version?: number;
  /** The rows of a table, `to` exclusive. */
  readonly rows?: readonly [from: number, to: number];
  /** Where in a tree. */
  readonly path?: readonly (string | number)[];
  readonly sort?: readonly [column: string, direction: "up" | "down"];
  /** Only rows with this text. */
  readonly find?: string;
  /** Reads a value of up to this many bytes in place of the limit. */
  readonly maxBytes?: number;
}

export type Preview =
  | {
      readonly kind: "table";
      readonly columns: readonly ColumnView[];
      readonly total: number;
      readonly rows: readonly (readonly Shown[])[];
    }
  | { readonly kind: "tree"; readonly root: Shown }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly language?: "markdown" | "json" | "sql" | "svg" | "html";
      readonly cutAt?: number;
    }
  | { readonly kind: "image"; readonly type: "image/png" | "image/jpeg" | "image/webp" | "image/gif"; readonly base64: string }
  | { readonly kind: "bytes"; readonly size: number; readonly base64: string }
  | {
      readonly kind: "refused";
      readonly because: "too-large" | "not-allowed" | "gone" | "damaged" | "unreadable";
      readonly message: string;
      readonly code?: ErrorCode;
      readonly size?: number;
      readonly limit?: number;
    };

export interface ColumnView {
  readonly name: string;
  readonly type: string;
  readonly unit?: "degrees-lon" | "degrees-lat";
  /** Counts of a histogram from `min` to `max`, of numbers and dates. */
  readonly bins?: readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly distinct?: number;
}

export interface DiffQuery extends SignalOptions {
  readonly from: number;
  readonly to: number;
  readonly partition?: string;
  /** At most 1,000 rows; 200 unless given. */
  readonly limit?: number;
}

export interface Diff {
  readonly metadata: readonly { readonly key: string; readonly from?: string; readonly to?: string }[];
  readonly inputs: readonly { readonly name: string; readonly from?: string; readonly to?: string }[];
  readonly code?: { readonly from?: string; readonly to?: string };
  readonly value: ValueDiff;
}

export type ValueDiff =
  | { readonly kind: "same" }
  | {
      readonly kind: "rows";
      readonly columns: readonly string[];
      /** The column by which rows were matched; left out when they were matched by position. */
      readonly key?: string;
      readonly added: number;
      readonly removed: number;
      readonly changed: number;
      readonly rows: readonly RowDiff[];
    }
  | {
      readonly kind: "tree";
      readonly changes: readonly { readonly path: string; readonly from?: Shown; readonly to?: Shown }[];
      readonly isCut: boolean;
    }
  | {
      readonly kind: "lines";
      readonly lines: readonly { readonly sign: "+" | "-" | " "; readonly text: string }[];
      readonly isCut: boolean;
    }
  | {
      readonly kind: "refused";
      readonly because: "gone" | "too-large" | "not-allowed" | "unreadable" | "damaged";
      readonly message: string;
    };

export type RowDiff =
  | { readonly sign: "+" | "-"; readonly cells: readonly Shown[] }
  /** A cell that has changed has both values. */
  | { readonly sign: "~"; readonly cells: readonly (Shown | { readonly from: Shown; readonly to: Shown })[] };
