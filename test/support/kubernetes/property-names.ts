/** The names of the fields of Kubernetes' resources, as the declarations of `kubernetes-models` have them. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../spawn.ts";

const modules = join(root, "node_modules");

interface Field {
  readonly name: string;
  /** The declaration of its members; undefined for a plain value and for a map. */
  readonly file: string | undefined;
}

const read = new Map<string, readonly Field[]>();

/** The fields of a type, from the file that declares it: `kubernetes-models/batch/v1/Job.d.ts`. */
function fieldsOf(file: string): readonly Field[] {
  const known = read.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(join(modules, file), "utf8");
  const files = new Map<string, string>();
  for (const [, names = "", from = ""] of text.matchAll(/^import \{ ([^}]+) \} from "([^"]+)"/gm)) {
    const path = from.startsWith(".") ? join(dirname(file), from).replace(/\.js$/, ".d.ts") : `${from}.d.ts`;
    if (existsSync(join(modules, path))) for (const name of names.split(", ")) files.set(name, path);
  }
  const [, body = ""] = text.match(/^export interface \w+(?: extends \w+)? \{\n([\s\S]*?)^\}/m) ?? [];
  const fields = [...body.matchAll(/^ {4}"(\w+)"\??: (?:Array<)?(\w+)?/gm)].map(([, name = "", type = ""]) => ({
    name,
    file: files.get(type),
  }));
  read.set(file, fields);
  return fields;
}

/** The paths of the fields that a resource of this type does not have: `spec.backofLimit`. */
export function unknownFields(value: unknown, file: string, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => unknownFields(each, file, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  const fields = fieldsOf(file);
  return Object.entries(value).flatMap(([name, member]) => {
    const own = path === "" ? name : `${path}.${name}`;
    const field = fields.find((each) => each.name === name);
    if (field === undefined) return [own];
    return field.file === undefined ? [] : unknownFields(member, field.file, own);
  });
}
