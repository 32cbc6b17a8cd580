/**
 * `npm run check:docs`: fails when a public symbol, or a member of one, has no doc comment.
 *
 * It reads `deno doc --json` rather than `deno doc --lint`, for three reasons. The lint reports every helper type that a
 * signature mentions (`private-type-ref`), which is noise here. It asks for a comment on each overload, on constructors, on
 * `[Symbol.asyncDispose]` and on methods that an implemented interface describes. And missing explicit types are already an error of
 * the compiler (`isolatedDeclarations` in tsconfig.build.json).
 */
import { spawnSync } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { sources } from "./exports.ts";

interface Documented {
  readonly name: string;
  readonly jsDoc?: { readonly doc?: string };
  readonly location: { readonly filename: string; readonly line: number };
  readonly accessibility?: "public" | "protected" | "private";
  readonly isOverride?: boolean;
  readonly tsType?: { readonly kind: string; readonly value?: unknown };
}

interface Members {
  readonly properties?: readonly Documented[];
  readonly methods?: readonly Documented[];
}

interface Declaration extends Omit<Documented, "name" | "tsType"> {
  readonly kind: string;
  readonly def?: Members & {
    readonly implements?: readonly unknown[];
    readonly tsType?: { readonly kind: string; readonly value?: Members };
  };
}

interface Docs {
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly module_doc?: { readonly doc?: string };
        readonly symbols: readonly { readonly name: string; readonly declarations: readonly Declaration[] }[];
      }
    >
  >;
}

const root = join(import.meta.dirname, "..");
const files = [...new Set(Object.values(sources))];
const { stdout, status, error } = spawnSync(
  join(root, "node_modules/.bin/deno"),
  ["doc", "--json", "--quiet", "--no-config", "--no-lock", ...files],
  { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024, stdio: ["ignore", "pipe", "inherit"] },
);
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);
const { nodes } = JSON.parse(stdout) as Docs;

const missing = new Set<string>();

/** Members that some public interface describes: a class that implements interfaces need not repeat the comment. */
const inherited = new Set(
  Object.values(nodes)
    .flatMap(({ symbols }) => symbols.flatMap(({ declarations }) => declarations))
    .filter(({ kind }) => kind === "interface")
    .flatMap(({ def }) => [...(def?.properties ?? []), ...(def?.methods ?? [])])
    .filter(({ jsDoc }) => jsDoc?.doc?.trim())
    .map(({ name }) => name),
);

/** Reports a name when none of its declarations, such as its overloads, has a description. */
function check(name: string, declarations: readonly Omit<Documented, "name" | "tsType">[]): void {
  const [first] = declarations;
  if (first === undefined || declarations.some(({ jsDoc }) => jsDoc?.doc?.trim())) return;
  missing.add(`${relative(root, fileURLToPath(first.location.filename))}:${first.location.line + 1} ${name}`);
}

function checkMembers(
  owner: string,
  { properties = [], methods = [] }: Members,
  documentedElsewhere: ReadonlySet<string> = new Set(),
): void {
  const members = [...properties, ...methods].filter(
    (member) =>
      !member.name.startsWith("[Symbol.") &&
      // Names such as `~value` are only for the inference of types.
      !member.name.startsWith("~") &&
      member.accessibility !== "private" &&
      !member.isOverride &&
      !documentedElsewhere.has(member.name) &&
      // `readonly range?: undefined` only says that an option is absent.
      !(member.tsType?.kind === "keyword" && member.tsType.value === "undefined"),
  );
  for (const [name, declarations] of Map.groupBy(members, ({ name }) => name)) check(`${owner}.${name}`, declarations);
}

for (const [file, { module_doc, symbols }] of Object.entries(nodes)) {
  if (!module_doc?.doc?.trim()) missing.add(`${relative(root, fileURLToPath(file))}:1 the module`);
  for (const { name, declarations } of symbols) {
    const own = declarations.filter(({ kind, location }) => kind !== "reference" && !location.filename.includes("/node_modules/"));
    // A name may be a type and a value, each with its own comment; overloads of a function share one.
    for (const [kind, same] of Map.groupBy(own, ({ kind }) => kind)) {
      check(name, same);
      for (const { def } of same) {
        if (kind === "class") checkMembers(name, def ?? {}, def?.implements?.length ? inherited : undefined);
        else if (kind === "interface") checkMembers(name, def ?? {});
        else if (def?.tsType?.kind === "typeLiteral") checkMembers(name, def.tsType.value ?? {});
      }
    }
  }
}

const count = Object.values(nodes).reduce((sum, { symbols }) => sum + symbols.length, 0);
if (Object.keys(nodes).length !== files.length || count < 200)
  throw new Error(`Cannot check doc comments: deno doc described ${count} symbols of ${Object.keys(nodes).length} files, expected more`);
const lines = [...missing].sort();
for (const line of lines) console.log(line);
console.log(lines.length === 0 ? "Every public symbol is documented." : `\n${lines.length} public symbols have no doc comment.`);
process.exit(lines.length === 0 ? 0 : 1);
