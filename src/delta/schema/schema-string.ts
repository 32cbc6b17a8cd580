import { EdgewaterError } from "../../errors.ts";
import { type JsonObject, type JsonValue, parseJson, printJson } from "../log/json.ts";
import type { DeltaType, PrimitiveType, StructField, StructType } from "./types.ts";

/** All types without parts. */
export const primitiveTypes: readonly PrimitiveType[] = [
  "string",
  "long",
  "integer",
  "short",
  "byte",
  "float",
  "double",
  "boolean",
  "binary",
  "date",
  "timestamp",
  "timestamp_ntz",
  "void",
];

const primitives: ReadonlySet<string> = new Set(primitiveTypes);

/** Deeper types are refused: readers walk them with recursion. */
const deepest = 64;

/**
 * Parses the `schemaString` of a log.
 *
 * @throws `Integrity` if it is no schema, `NotSupported` for a type that this library does not know
 */
export function parseSchema(text: string): StructType {
  let json: JsonValue;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw invalid("", "it is no JSON", cause);
  }
  const schema = typeOf(json, "", 0);
  if (typeof schema === "string" || schema.type !== "struct") throw invalid("", "it is no struct");
  return schema;
}

/** Prints a schema as the `schemaString` of a log. */
export function printSchema(schema: StructType): string {
  return printJson(jsonOf(schema));
}

function typeOf(json: JsonValue | undefined, path: string, depth: number): DeltaType {
  if (depth > deepest) {
    const message = `Cannot read the schema of the table: types are nested more than ${deepest} levels deep; use a flatter one`;
    throw new EdgewaterError("NotSupported", message);
  }
  if (typeof json === "string") return namedType(json, path);
  const object = objectOf(json, path);
  switch (object["type"]) {
    case "struct":
      return { type: "struct", fields: fieldsOf(object["fields"], path, depth) };
    case "array":
      return {
        type: "array",
        elementType: typeOf(object["elementType"], at(path, "element"), depth + 1),
        containsNull: flag(object, "containsNull", path),
      };
    case "map":
      return {
        type: "map",
        keyType: typeOf(object["keyType"], at(path, "key"), depth + 1),
        valueType: typeOf(object["valueType"], at(path, "value"), depth + 1),
        valueContainsNull: flag(object, "valueContainsNull", path),
      };
    default:
      throw unknownType(String(object["type"]), path);
  }
}

function namedType(name: string, path: string): DeltaType {
  if (primitives.has(name)) return name as PrimitiveType;
  if (name === "decimal") return { type: "decimal", precision: 10, scale: 0 };
  if (!name.startsWith("decimal(")) throw unknownType(name, path);
  const match = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(name);
  const [precision, scale] = [Number(match?.[1]), Number(match?.[2])];
  if (precision >= 1 && precision <= 38 && scale <= precision) return { type: "decimal", precision, scale };
  throw invalid(path, `${JSON.stringify(name)} is no decimal; expected a precision from 1 to 38, and a scale that is not larger`);
}

function fieldsOf(json: JsonValue | undefined, path: string, depth: number): StructField[] {
  if (!Array.isArray(json)) throw invalid(path, "a struct has no fields");
  const names = new Set<string>();
  return (json as readonly JsonValue[]).map((each) => {
    const field = objectOf(each, path);
    const { name, metadata = {} } = field;
    if (typeof name !== "string") throw invalid(path, "a field has no name");
    if (names.has(name)) throw invalid(path, `two fields have the name ${JSON.stringify(name)}`);
    names.add(name);
    const fieldPath = at(path, name);
    return {
      name,
      type: typeOf(field["type"], fieldPath, depth + 1),
      nullable: flag(field, "nullable", fieldPath),
      metadata: objectOf(metadata, fieldPath),
    };
  });
}

function objectOf(json: JsonValue | undefined, path: string): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw invalid(path, "a part of it is no object");
  return json as JsonObject;
}

function flag(object: JsonObject, name: string, path: string): boolean {
  const value = object[name];
  if (typeof value !== "boolean") throw invalid(path, `${name} is neither true nor false`);
  return value;
}

function jsonOf(type: DeltaType): unknown {
  if (typeof type === "string") return type;
  switch (type.type) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "array":
      return { type: "array", elementType: jsonOf(type.elementType), containsNull: type.containsNull };
    case "map": {
      const { keyType, valueType, valueContainsNull } = type;
      return { type: "map", keyType: jsonOf(keyType), valueType: jsonOf(valueType), valueContainsNull };
    }
    case "struct":
      return {
        type: "struct",
        fields: type.fields.map(({ name, type, nullable, metadata }) => ({ name, type: jsonOf(type), nullable, metadata })),
      };
  }
}

function at(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function invalid(path: string, problem: string, cause?: unknown): EdgewaterError<"Integrity"> {
  const where = path === "" ? "" : ` at ${JSON.stringify(path)}`;
  return new EdgewaterError("Integrity", `Cannot read the schema of the table${where}: ${problem}; restore the log`, {
    field: path,
    cause,
  });
}

function unknownType(name: string, path: string): EdgewaterError<"NotSupported"> {
  const message = `Cannot read the column ${JSON.stringify(path)}: its type ${JSON.stringify(name)} is not supported; read the table with an engine that has it`;
  return new EdgewaterError("NotSupported", message, { field: path });
}
