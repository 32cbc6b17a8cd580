/** The annotation of a value that JSON cannot express, as JSON text, such as `"Date"`. */
export type Type = string;

/** An annotation of this package. superjson does not know it and throws, so that it never misreads what only we can read. */
export function ours(...type: readonly unknown[]): Type {
  return JSON.stringify(["edgewater", ...type]);
}

/** What is written in the place of a value. Without a type it is JSON as it is, read once. */
export type Encoded = {
  readonly type: Type | undefined;
  /** Whether a custom transformer of the user wrote it. */
  readonly isCustom?: boolean;
} & (
  | { readonly text: string; readonly bytes?: never; readonly blob?: never; readonly shared?: never; readonly parts?: never }
  | { readonly bytes: Uint8Array; readonly text?: never; readonly blob?: never; readonly shared?: never; readonly parts?: never }
  | { readonly blob: Blob; readonly text?: never; readonly bytes?: never; readonly shared?: never; readonly parts?: never }
  /** The bytes of a buffer that several views share. */
  | { readonly shared: Uint8Array; readonly text?: never; readonly bytes?: never; readonly blob?: never; readonly parts?: never }
  /** Written as any array or object is. superjson finds nothing below what is opaque. */
  | {
      readonly parts: object;
      readonly isOpaque: boolean;
      readonly text?: never;
      readonly bytes?: never;
      readonly blob?: never;
      readonly shared?: never;
    }
);
