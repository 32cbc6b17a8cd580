/**
 * `edgewater/polyfill`: `Symbol.asyncDispose` for engines that lack it, such as WebKitGTK 2.50. Import it before anything
 * else of edgewater, whose classes take the symbol when they are defined. Such engines do not know the syntax
 * `await using` either: have your compiler write it out (a target of ES2024 or older). Without `await using` neither is
 * needed: call `close()`.
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
