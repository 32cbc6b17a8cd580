/**
 * `edgewater/polyfill`: defines `Symbol.asyncDispose` in engines that lack it, such as WebKitGTK 2.50. Import it before
 * edgewater, whose classes use the symbol when they are defined. These engines do not parse `await using` either: compile
 * it away (target ES2024 or older). Code that calls `close()` in place of `await using` does not need the polyfill.
 *
 * @example
 * ```ts
 * import "edgewater/polyfill";
 * import { Repository } from "edgewater";
 * ```
 *
 * @module
 */
if (Symbol.asyncDispose === undefined) {
  Object.defineProperty(Symbol, "asyncDispose", { value: Symbol.for("Symbol.asyncDispose") });
}
