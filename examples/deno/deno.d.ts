/** The part of Deno's API that the example uses, for editors and compilers that do not know Deno. */
declare const Deno: { readonly args: readonly string[] };
