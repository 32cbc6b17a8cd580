/** An exported name with its declarations and their members as HTML. */
import { highlight } from "../highlight.ts";
import { escapeHtml } from "../html.ts";
import { type LinkTo, renderComment } from "./comment.ts";
import { type Declaration, type Documented, type Exported, type Location, membersOf } from "./declarations.ts";
import { signatureAt } from "./signature.ts";

/** What a symbol is rendered with. */
export interface Surroundings {
  readonly linkTo: LinkTo;
  /** The bytes of the files that locations are in. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export function renderSymbol({ name, declarations }: Exported, surroundings: Surroundings): string {
  const parts = declarations.map((declaration) => renderDeclaration(name, declaration, surroundings));
  return `<section class="symbol"><h3 id="${name}"><a href="#${name}">${name}</a></h3>\n${parts.join("\n")}</section>`;
}

function renderDeclaration(name: string, declaration: Declaration, surroundings: Surroundings): string {
  const { kind, location, jsDoc } = declaration;
  const members = membersOf(declaration);
  // A type that is written out tells all, unless its members are described.
  const isSplit = kind === "class" || kind === "interface" || members.some(({ jsDoc }) => jsDoc !== undefined);
  const signature = signatureOf(location, isSplit ? "body" : "end", surroundings);
  const head = isSplit ? signature.replace(/[\s:=]+$/, "") : signature;
  const seen = new Set<string>();
  const rendered = members.map((member) => {
    const isFirst = !seen.has(member.name);
    seen.add(member.name);
    return renderMember(name, member, isFirst, surroundings);
  });
  return [
    `<pre class="code signature" tabindex="0"><code>${renderCode(kind === "variable" ? `const ${head}` : head, name, surroundings)}</code></pre>`,
    renderComment(jsDoc, surroundings.linkTo),
    isSplit && rendered.length > 0 ? `<div class="members">${rendered.join("\n")}</div>` : "",
  ].join("\n");
}

/** @param isFirst whether it has the anchor of its name, which overloads share */
function renderMember(owner: string, { name, location, jsDoc }: Documented, isFirst: boolean, surroundings: Surroundings): string {
  const signature = signatureOf(location, "end", surroundings).replace(/^constructor(?=\()/, `new ${owner}`);
  const id = isFirst ? ` id="${escapeHtml(`${owner}.${name}`)}"` : "";
  const comment = renderComment(jsDoc, surroundings.linkTo);
  return `<div class="member"><h4${id}><code>${renderCode(signature, owner, surroundings)}</code></h4>${comment}</div>`;
}

/** Code in which the names of the API lead to where they are described. */
function renderCode(code: string, self: string, { linkTo }: Surroundings): string {
  return highlight(code, "ts").replace(/(<[^>]*>)|\b[A-Z]\w+\b/g, (word: string, tag: string | undefined) => {
    const link = tag === undefined && word !== self ? linkTo(word) : undefined;
    return link === undefined ? word : `<a href="${link}">${word}</a>`;
  });
}

function signatureOf({ filename, byteIndex }: Location, until: "body" | "end", { files }: Surroundings): string {
  const bytes = files.get(filename);
  if (bytes === undefined) throw new Error(`Cannot show a declaration of ${filename}: it was not read`);
  return signatureAt(bytes.subarray(byteIndex).toString(), until);
}
