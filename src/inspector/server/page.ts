import { Refusal } from "../../http/refusal.ts";
import { headersOf } from "./answers.ts";

/** Answers with the page, or with one of the files below `ui/`, whose names change with what is in them. */
export async function pageAnswer(file: string | undefined): Promise<Response> {
  // A server that nobody looks at does not load the files.
  const { files } = await import("../page.ts");
  if (!Object.hasOwn(files, "index.html")) {
    const remedy = "run npm run build; the API works without it, such as ./api/snapshot";
    throw new Refusal("NotSupported", 501, `the page of the inspector is not built in this source tree; ${remedy}`);
  }
  const path = file === undefined ? "index.html" : `ui/${file}`;
  const found = Object.hasOwn(files, path) ? files[path] : undefined;
  if (found === undefined) throw new Refusal("NotFound", 404, "the page has no such file; load it again");
  const caching = file === undefined ? "no-store" : "public, max-age=31536000, immutable";
  return new Response(found.text, { headers: { ...headersOf(), "content-type": found.type, "cache-control": caching } });
}
