/**
 * `edgewater/polyfill`: `Symbol.asyncDispose` for engines that lack it, such as WebKitGTK 2.50. Import it first.
 *
 * @module
 */
if (Symbol.asyncDispose === undefined) {
  Object.defineProperty(Symbol, "asyncDispose", { value: Symbol.for("Symbol.asyncDispose") });
}
