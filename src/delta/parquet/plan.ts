import { type ColumnMappingMode, fieldId, physicalName } from "../schema/column-mapping.ts";
import type { ArrayType, DeltaType, MapType, StructType } from "../schema/types.ts";
import { type Convert, converter } from "./convert.ts";
import { Unsupported } from "./failure.ts";
import type { SchemaNode } from "./schema-tree.ts";

/** How a type of the table is read from a file. `column` is one whose levels tell where values, lists and nulls are. */
export type Plan =
  /** The file lacks it: every value is null. */
  | { readonly kind: "missing" }
  | { readonly kind: "column"; readonly column: SchemaNode; readonly convert: Convert }
  | { readonly kind: "struct"; readonly node: SchemaNode; readonly column: SchemaNode; readonly fields: readonly PlannedField[] }
  | { readonly kind: "list"; readonly repeated: SchemaNode; readonly column: SchemaNode; readonly element: Plan }
  | { readonly kind: "map"; readonly repeated: SchemaNode; readonly column: SchemaNode; readonly key: Plan; readonly value: Plan };

export interface PlannedField {
  /** The logical name. */
  readonly name: string;
  readonly plan: Plan;
}

/** What converts the values of each column, by its position in the file; nothing for one that is only there for its levels. */
export type NeededColumns = Map<number, Convert | undefined>;

/**
 * Matches the fields of a schema with those of a file.
 *
 * @throws `Unsupported` if a column of the file does not fit its type
 */
export function planFields(root: SchemaNode, schema: StructType, mapping: ColumnMappingMode): PlannedField[] {
  const byId = mapping === "id" ? new Map(root.children.map((child) => [child.fieldId, child])) : undefined;
  const byName = new Map(root.children.map((child) => [child.name, child]));
  return schema.fields.map((field) => {
    const node = byId !== undefined ? byId.get(fieldId(field)) : byName.get(physicalName(field, mapping));
    return { name: field.name, plan: node === undefined ? { kind: "missing" } : planType(node, field.type, mapping) };
  });
}

/** The columns of a plan. One that stands for the levels of a struct without any wanted field has no converter. */
export function neededColumns(plan: Plan, needed: NeededColumns = new Map()): NeededColumns {
  if (plan.kind === "missing") return needed;
  if (plan.kind === "column") return needed.set(plan.column.column, plan.convert);
  if (!needed.has(plan.column.column)) needed.set(plan.column.column, undefined);
  if (plan.kind === "struct") for (const field of plan.fields) neededColumns(field.plan, needed);
  else if (plan.kind === "list") neededColumns(plan.element, needed);
  else {
    neededColumns(plan.key, needed);
    neededColumns(plan.value, needed);
  }
  return needed;
}

function planType(node: SchemaNode, type: DeltaType, mapping: ColumnMappingMode): Plan {
  if (type === "void") return { kind: "missing" };
  if (typeof type === "string" || type.type === "decimal") {
    if (node.type === undefined || node.repetition === "repeated") throw mismatch(node, typeof type === "string" ? type : type.type);
    return { kind: "column", column: node, convert: converter(node, type) };
  }
  if (type.type === "struct") return planStruct(node, type, mapping);
  return type.type === "array" ? planList(node, type, mapping) : planMap(node, type, mapping);
}

function planStruct(node: SchemaNode, type: StructType, mapping: ColumnMappingMode): Plan {
  if (node.type !== undefined || node.children.length === 0) throw mismatch(node, "struct");
  const fields = planFields(node, type, mapping);
  const [first] = fields.flatMap(({ plan }) => (plan.kind === "missing" ? [] : [plan.column]));
  return { kind: "struct", node, column: first ?? firstColumn(node), fields };
}

/** Lists have one repeated group with an element in it; older writers leave out the group, or call the element a group. */
function planList(node: SchemaNode, type: ArrayType, mapping: ColumnMappingMode): Plan {
  // A repeated field that is in no list: the list is never null.
  if (node.repetition === "repeated") return listOf(node, node);
  const [repeated, ...others] = node.children;
  if (repeated === undefined || others.length > 0 || repeated.repetition !== "repeated") throw mismatch(node, "array");
  const [only, ...more] = repeated.children;
  const isElement = only === undefined || more.length > 0 || repeated.name === "array" || repeated.name === `${node.name}_tuple`;
  return listOf(repeated, isElement ? repeated : only);

  function listOf(repeated: SchemaNode, element: SchemaNode): Plan {
    const plan = planType(element === repeated ? { ...element, repetition: "required" } : element, type.elementType, mapping);
    return { kind: "list", repeated, column: plan.kind === "missing" ? firstColumn(repeated) : plan.column, element: plan };
  }
}

function planMap(node: SchemaNode, type: MapType, mapping: ColumnMappingMode): Plan {
  const [repeated, ...others] = node.children;
  const [key, value] = repeated?.children ?? [];
  if (repeated?.repetition !== "repeated" || others.length > 0 || key === undefined || repeated.children.length > 2)
    throw mismatch(node, "map");
  const keys = planType(key, type.keyType, mapping);
  const values: Plan = value === undefined ? { kind: "missing" } : planType(value, type.valueType, mapping);
  return { kind: "map", repeated, column: keys.kind === "missing" ? firstColumn(repeated) : keys.column, key: keys, value: values };
}

function firstColumn(node: SchemaNode): SchemaNode {
  let column = node;
  while (column.type === undefined) {
    const [first] = column.children;
    if (first === undefined) throw new Unsupported(`the group ${JSON.stringify(node.name)} has no columns`);
    column = first;
  }
  return column;
}

function mismatch(node: SchemaNode, wanted: string): Unsupported {
  const stored = node.type ?? `a group of ${node.children.map(({ name }) => name).join(", ") || "nothing"}`;
  return new Unsupported(`the column ${JSON.stringify(node.name)} is ${stored}, which does not fit the type ${wanted} of the table`);
}
