import * as fc from "fast-check";
import type { Batch } from "../../../src/delta/batch.ts";
import { primitiveTypes } from "../../../src/delta/schema/schema-string.ts";
import type { DeltaType, StructField, StructType } from "../../../src/delta/schema/types.ts";

const names = ["a", "b_1", "ü", "with space", "dot.ted", "key", "value", "list", "element", "__proto__", "constructor", "😀"];

const primitives = primitiveTypes.filter((type) => type !== "void");

const aDecimal = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale): DeltaType => ({ type: "decimal", precision, scale })));

/** A type with at most so many levels of lists, maps and structs. */
export function aType(depth: number): fc.Arbitrary<DeltaType> {
  const primitive = fc.oneof(fc.constantFrom<DeltaType>(...primitives), aDecimal);
  if (depth === 0) return primitive;
  const part = aType(depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: primitive },
    {
      weight: 1,
      arbitrary: fc.record({ elementType: part, containsNull: fc.boolean() }).map((array): DeltaType => ({ type: "array", ...array })),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({ keyType: aType(0), valueType: part, valueContainsNull: fc.boolean() })
        .map((map): DeltaType => ({ type: "map", ...map })),
    },
    { weight: 1, arbitrary: aSchema(depth - 1) },
  );
}

/** A struct of one to four fields. */
export function aSchema(depth: number): fc.Arbitrary<StructType> {
  const field = fc.record({ type: aType(depth), nullable: fc.boolean(), metadata: fc.constant({}) });
  return fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }).chain((chosen) =>
    fc.array(field, { minLength: chosen.length, maxLength: chosen.length }).map(
      (fields): StructType => ({
        type: "struct",
        fields: fields.map((each, index): StructField => ({ ...each, name: chosen[index] as string })),
      }),
    ),
  );
}

/** The first and the last of the days that dates may be, since 1970-01-01. */
interface Days {
  readonly min: number;
  readonly max: number;
}

const anyDay: Days = { min: -700_000, max: 2_900_000 };

/** Values of a type as batches have them. Times are in the years that every engine has. */
export function valuesOf(type: DeltaType, days: Days = anyDay): fc.Arbitrary<unknown> {
  switch (type) {
    case "string":
      return fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 12 }),
        fc.constantFrom("", "\ufeff", "a".repeat(40), "é".repeat(20), "\u0000"),
      );
    case "long":
      return fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.constantFrom(2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 0n),
      );
    case "integer":
      return fc.integer();
    case "short":
      return fc.integer({ min: -32_768, max: 32_767 });
    case "byte":
      return fc.integer({ min: -128, max: 127 });
    case "float":
      return fc.oneof(fc.float(), fc.constantFrom(0, -0, Number.NaN));
    case "double":
      return fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY));
    case "boolean":
      return fc.boolean();
    case "binary":
      return fc.uint8Array({ maxLength: 20 });
    case "date":
      return fc.integer(days);
    case "timestamp":
    case "timestamp_ntz":
      return fc.bigInt({ min: -60_000_000_000_000_000n, max: 250_000_000_000_000_000n });
    case "void":
      return fc.constant(null);
    default:
  }
  switch (type.type) {
    case "decimal":
      return fc.bigInt({ min: -(10n ** BigInt(type.precision)) + 1n, max: 10n ** BigInt(type.precision) - 1n });
    case "array":
      return fc.array(orNull(valuesOf(type.elementType, days), type.containsNull), { maxLength: 4 });
    case "map":
      return fc.array(fc.tuple(valuesOf(type.keyType, days), orNull(valuesOf(type.valueType, days), type.valueContainsNull)), {
        maxLength: 3,
      });
    case "struct":
      return fc
        .tuple(...type.fields.map((field) => orNull(valuesOf(field.type, days), field.nullable)))
        .map((values) => Object.fromEntries(type.fields.map(({ name }, index) => [name, values[index]])));
  }
}

function orNull(values: fc.Arbitrary<unknown>, isNullable: boolean): fc.Arbitrary<unknown> {
  return isNullable ? fc.option(values, { freq: 3 }) : values;
}

/** Rows of a schema. */
export function aBatch(schema: StructType, maxRows: number, days?: Days): fc.Arbitrary<Batch> {
  return fc
    .integer({ min: 0, max: maxRows })
    .chain((rowCount) =>
      fc
        .tuple(
          ...schema.fields.map(({ type, nullable }) =>
            fc.array(orNull(valuesOf(type, days), nullable), { minLength: rowCount, maxLength: rowCount, size: "max" }),
          ),
        )
        .map((columns): Batch => ({ schema, rowCount, columns })),
    );
}
