import { Refusal } from "../../http/refusal.ts";
import { headersOf } from "./answers.ts";

/** The files of the page. A server that nobody looks at does not load them. */
async function filesOf(): Promise<Readonly<Record<string, { readonly type: string; readonly text: string }>>> {
  const { files } = await import("../ui.ts");
  if (Object.hasOwn(files, "index.html")) return files;
  throw new Refusal(
    "NotSupported",
    501,
    "the page of the inspector is not built; run npm run build. Its API works without: ./api/snapshot",
  );
}

/** Answers with the page, or with one of the files below `ui/`, whose names change with what is in them. */
export async function pageAnswer(file: string | undefined): Promise<Response> {
  const files = await filesOf();
  const path = file === undefined ? "index.html" : `ui/${file}`;
  const found = Object.hasOwn(files, path) ? files[path] : undefined;
  if (found === undefined) throw new Refusal("NotFound", 404, "the page has no such file; load it again");
  const caching = file === undefined ? "no-store" : "public, max-age=31536000, immutable";
  return new Response(found.text, {
    headers: { ...headersOf(), "content-type": `${found.type}; charset=utf-8`, "cache-control": caching },
  });
}
