/** The assets and tasks of the playground with the functions that somebody has edited. */
import { type AssetContext, contentVersion, type Definition, inProcess } from "edgewater";
import { bindComputation, type Computation, computationOf } from "../../src/asset/computation.ts";

/** The function of an asset. */
export type Compute = (inputs: Readonly<Record<string, unknown>>, context: AssetContext) => unknown;

/** The function of one asset or task, as its text says it. */
export interface Version {
  /** Names the text: the code version. */
  readonly codeVersion: string;
  /** Calls an edited text; undefined for the function that is built in. */
  readonly compute: Compute | undefined;
}

/** The code version of a text: two texts have the same one when they are equal. */
export async function codeVersionOf(text: string): Promise<string> {
  return (await contentVersion(new TextEncoder().encode(text))).replace("sha256:", "").slice(0, 12);
}

/** The definitions with other functions and code versions. All are made anew, because an asset names its inputs by what they are. */
export function editedGraph(definitions: readonly Definition[], versionOf: (name: string) => Version | undefined): readonly Definition[] {
  const edited = new Map<Definition, Definition>();
  const edit = (definition: Definition): Definition => {
    const known = edited.get(definition);
    const computation = computationOf(definition);
    if (known !== undefined || computation === undefined) return known ?? definition;
    const version = versionOf(definition.name);
    const outputs: Definition[] = [];
    const own: Computation = Object.freeze({
      ...computation,
      outputs,
      inputs: computation.inputs.map((input) => ({ ...input, source: input.source && edit(input.source) })),
      ...(version?.compute === undefined ? {} : { compute: version.compute, executor: inProcess() }),
    });
    const copy = bindComputation({ ...definition, codeVersion: version?.codeVersion ?? definition.codeVersion }, own);
    outputs.push(copy);
    edited.set(definition, copy);
    return copy;
  };
  return definitions.map(edit);
}
