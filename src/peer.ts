/**
 * Optional peer dependencies: packages that only some subpaths need, which users install themselves.
 *
 * @module
 */
import { EdgewaterError } from "./errors.ts";

/**
 * Loads an optional peer dependency.
 *
 * @param subpath the subpath of this package that needs it, for the message
 * @param load imports the package: `() => import("postgres")`, as a literal that bundlers see
 * @throws `NotSupported` that says what to install
 *
 * @example
 * ```ts
 * const { default: connect } = await loadPeer("postgres", "edgewater/postgres", () => import("postgres"));
 * ```
 */
export async function loadPeer<Module>(name: string, subpath: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = (cause as { readonly code?: unknown } | null)?.code === "ERR_MODULE_NOT_FOUND";
    const reason = isMissing ? "it is not installed" : "its code failed; see the cause";
    const message = `Cannot load the package ${JSON.stringify(name)}, which ${subpath} needs: ${reason}; run npm install ${name}`;
    throw new EdgewaterError("NotSupported", message, { field: name, cause });
  }
}
