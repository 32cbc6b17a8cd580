/** Values, and what has changed between two versions. */
import type { ErrorCode } from "../../errors.ts";
import type { Shown } from "../show.ts";
import type { SignalOptions } from "./common.ts";

/** Which part of which value to show. */
export interface PreviewQuery extends SignalOptions {
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** The event of the version; the newest unless given. */
  readonly version?: number;
  /** The rows of a table, `to` exclusive. */
  readonly rows?: readonly [from: number, to: number];
  /** Where in a tree. */
  readonly path?: readonly (string | number)[];
  /** The column by which rows are sorted. */
  readonly sort?: readonly [column: string, direction: "up" | "down"];
  /** Only rows with this text. */
  readonly find?: string;
  /** Reads a value of up to this many bytes in place of the limit. */
  readonly maxBytes?: number;
  /** Of a value that is larger than the limit: shows at most this many of its first rows, of those that the limit has room for. */
  readonly firstRows?: number;
}

/** Which value to save as it is stored. */
export interface BytesQuery extends SignalOptions {
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** The event of the version; the newest unless given. */
  readonly version?: number;
}

/** The bytes of a value as they are stored. */
export interface ValueBytes {
  /** A name for the file, such as `quakes.superjson`. */
  readonly name: string;
  /** The bytes, which are not checked: those of a damaged value too. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** A value as it is shown. */
export type Preview =
  | {
      readonly kind: "table";
      readonly columns: readonly ColumnView[];
      readonly total: number;
      readonly rows: readonly (readonly Shown[])[];
      /** There are more rows, which were not read: dates and the like are shown as the texts that they are stored as. */
      readonly isCut?: true;
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
      /** Of a value that is too large: how many of its first rows can be asked for. */
      readonly firstRows?: number;
    };

/** One column of a table. */
export interface ColumnView {
  /** Its name. */
  readonly name: string;
  /** The type of its values: `string`, `number`, `boolean`, `date`, `bigint`, `object`, `mixed` or `null`. */
  readonly type: string;
  /** Of columns with degrees: which. */
  readonly unit?: "degrees-lon" | "degrees-lat";
  /** Counts of a histogram from `min` to `max`, of numbers and dates. */
  readonly bins?: readonly number[];
  /** The smallest value; of dates, in milliseconds. */
  readonly min?: number;
  /** The largest value. */
  readonly max?: number;
  /** How many values differ, if they were counted. */
  readonly distinct?: number;
}

/** Which versions to compare. */
export interface DiffQuery extends SignalOptions {
  /** The event of the earlier version. */
  readonly from: number;
  /** The event of the later version. */
  readonly to: number;
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** At most 1,000 rows; 200 unless given. */
  readonly limit?: number;
}

/** What has changed between two versions. */
export interface Diff {
  /** Metadata that differ, as texts. */
  readonly metadata: readonly { readonly key: string; readonly from?: string; readonly to?: string }[];
  /** Inputs of which other versions were read. */
  readonly inputs: readonly { readonly name: string; readonly from?: string; readonly to?: string }[];
  /** The code versions, if they differ. */
  readonly code?: { readonly from?: string; readonly to?: string };
  /** What has changed in the value. */
  readonly value: ValueDiff;
}

/** What has changed in a value. */
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

/** A row that was added, removed or changed. */
export type RowDiff =
  | { readonly sign: "+" | "-"; readonly cells: readonly Shown[] }
  /** A cell that has changed has both values. */
  | { readonly sign: "~"; readonly cells: readonly (Shown | { readonly from: Shown; readonly to: Shown })[] };
