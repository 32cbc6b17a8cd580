/** The one thing of Deno that the example uses, for editors and checkers that do not know Deno. */
declare const Deno: { readonly args: readonly string[] };
