import { EdgewaterError } from "../../errors.ts";
import { aPlainObject, checkValue, describe, required } from "../../options.ts";
import { typeNamed } from "../expression/type-names.ts";
import type { RowOptions } from "../values/to-rows.ts";
import type { DeltaType, StructField, StructType } from "./types.ts";

/** The columns of a table: the text of a type, such as `"long"`, `"decimal(10,2) not null"` or `"array<string>"`, or a type. */
export type ColumnDeclarations = Readonly<Record<string, string | DeltaType>>;

/** A schema that knows the types of its rows. */
export interface TableSchema<Columns extends ColumnDeclarations = ColumnDeclarations> extends StructType {
  /** Only for inference; absent at run time. */
  readonly "~columns"?: Columns;
}

/** The rows of a table with these columns, as `toRows` gives them with these options. */
export type RowOf<Columns extends ColumnDeclarations, Options extends RowOptions = RowOptions> = {
  -readonly [Name in keyof Columns]: Columns[Name] extends `${infer Type} not null`
    ? ValueOf<Type, Options>
    : ValueOf<Columns[Name], Options> | null;
};

type ValueOf<Type, Options extends RowOptions> = Type extends "string"
  ? string
  : Type extends "boolean"
    ? boolean
    : Type extends "integer" | "int" | "short" | "byte" | "float" | "double"
      ? number
      : Type extends "long" | "bigint"
        ? LongOf<Options["int64"]>
        : Type extends "timestamp" | "timestamp_ntz"
          ? TimeOf<Options["timestamp"]>
          : Type extends "date"
            ? Options["date"] extends "date"
              ? Date
              : string
            : Type extends `decimal(${string})`
              ? string
              : Type extends "binary"
                ? Uint8Array
                : unknown;

type LongOf<Form> = Form extends "number" ? number : Form extends "bigint" ? bigint : number | bigint;
type TimeOf<Form> = Form extends "date" ? Date : Form extends "micros" ? bigint : Date | bigint;

/**
 * Declares the columns of a table, in this order.
 *
 * | type | |
 * |-|-|
 * | `string`, `boolean`, `binary` | |
 * | `long`, `integer`, `short`, `byte` | whole numbers of 64, 32, 16 and 8 bits |
 * | `double`, `float` | numbers of 64 and 32 bits |
 * | `decimal(10,2)` | 10 digits, 2 of them after the point |
 * | `date`, `timestamp`, `timestamp_ntz` | a day; a moment; a time on a wall clock |
 * | `array<long>`, `map<string, long>`, `struct<x: double, y: double>` | |
 *
 * `not null` after the type refuses nulls.
 *
 * @throws `ValidationError` that names the column
 *
 * @example
 * ```ts
 * const quakes = tableSchema({ id: "string not null", at: "timestamp", magnitude: "double", tags: "array<string>" });
 * ```
 */
export function tableSchema<const Columns extends ColumnDeclarations>(columns: Columns): TableSchema<Columns> {
  checkValue("tableSchema", "columns", columns, required(aPlainObject), "ValidationError");
  const fields = Object.entries(columns).map(([name, declared]): StructField => {
    if (typeof declared !== "string" && !isType(declared)) throw problem(name, `${describe(declared)}; expected a type such as "long"`);
    if (typeof declared !== "string") return { name, type: declared, nullable: true, metadata: {} };
    const notNull = /\s+not\s+null\s*$/i.exec(declared);
    const text = notNull === null ? declared : declared.slice(0, notNull.index);
    return { name, type: new TypeReader(text, name).read(), nullable: notNull === null, metadata: {} };
  });
  if (fields.length === 0)
    throw new EdgewaterError("ValidationError", "Invalid columns of tableSchema: there are none; declare at least one");
  return Object.freeze({ type: "struct", fields: Object.freeze(fields) });
}

/** Whether a value has the form of a type with parts. */
function isType(value: unknown): value is Exclude<DeltaType, string> {
  return typeof value === "object" && value !== null && ["decimal", "array", "map", "struct"].includes((value as StructType).type);
}

/** Deeper types are refused. */
const deepest = 64;

/** Reads the text of a type. */
class TypeReader {
  readonly #tokens: readonly string[];
  readonly #text: string;
  readonly #column: string;
  #at = 0;

  constructor(text: string, column: string) {
    this.#tokens = text.match(/[A-Za-z_][A-Za-z0-9_]*|`[^`]+`|\d+|\S/g) ?? [];
    this.#text = text;
    this.#column = column;
  }

  read(): DeltaType {
    const type = this.#type(0);
    if (this.#at < this.#tokens.length) throw this.#unexpected("the end");
    return type;
  }

  #type(depth: number): DeltaType {
    if (depth > deepest) throw problem(this.#column, `types are nested more than ${deepest} levels deep`);
    const name = this.#next("a type");
    switch (name.toLowerCase()) {
      case "array": {
        this.#expect("<");
        const elementType = this.#type(depth + 1);
        this.#expect(">");
        return { type: "array", elementType, containsNull: true };
      }
      case "map": {
        this.#expect("<");
        const keyType = this.#type(depth + 1);
        this.#expect(",");
        const valueType = this.#type(depth + 1);
        this.#expect(">");
        return { type: "map", keyType, valueType, valueContainsNull: true };
      }
      case "struct":
        return { type: "struct", fields: this.#fields(depth) };
      default:
        return this.#named(name);
    }
  }

  #fields(depth: number): readonly StructField[] {
    const fields: StructField[] = [];
    this.#expect("<");
    do {
      const name = this.#next("the name of a field").replace(/^`(.*)`$/, "$1");
      this.#expect(":");
      fields.push({ name, type: this.#type(depth + 1), nullable: true, metadata: {} });
    } while (this.#takes(","));
    this.#expect(">");
    return fields;
  }

  #named(name: string): DeltaType {
    const sizes: number[] = [];
    if (this.#takes("(")) {
      do sizes.push(Number(this.#next("a size")));
      while (this.#takes(","));
      this.#expect(")");
    }
    const found = typeNamed(name, sizes);
    if ("problem" in found) throw problem(this.#column, found.problem);
    return found.type;
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw this.#unexpected(JSON.stringify(token));
  }

  #next(expected: string): string {
    const token = this.#tokens[this.#at++];
    if (token !== undefined) return token;
    this.#at--;
    throw this.#unexpected(expected);
  }

  #unexpected(expected: string): EdgewaterError<"ValidationError"> {
    const found = this.#tokens[this.#at];
    const where = found === undefined ? "the end" : JSON.stringify(found);
    return problem(this.#column, `expected ${expected} instead of ${where} in ${JSON.stringify(this.#text)}`);
  }
}

function problem(column: string, reason: string): EdgewaterError<"ValidationError"> {
  return new EdgewaterError("ValidationError", `Invalid type of the column ${JSON.stringify(column)}: ${reason}`, { field: column });
}
