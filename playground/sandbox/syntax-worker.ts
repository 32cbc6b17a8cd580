/**
 * Finds errors of syntax in a text without running it. It has a policy of its own that allows the parser of strings, and nothing
 * else; the page has none.
 */

/** No script that ends like this can be parsed, so nothing of it ever runs; the first error is told with its place. */
const unparsable = "\n@";

addEventListener("message", ({ data }: MessageEvent<string>) => {
  addEventListener("error", (event) => {
    event.preventDefault();
    const isAtEnd = event.lineno > data.split("\n").length;
    postMessage(isAtEnd ? parsesAlone(data) : { message: event.message, line: event.lineno, column: event.colno });
  });
  const parse = setTimeout as (text: string) => number;
  parse(`${data}${unparsable}`);
});

/** A text whose first error is at its end is whole, or lacks what closes it. */
function parsesAlone(text: string): { readonly message: string; readonly line: number; readonly column: number } | undefined {
  try {
    new Function(text);
    return undefined;
  } catch (error) {
    const lines = text.trimEnd().split("\n");
    return { message: String(error), line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  }
}
