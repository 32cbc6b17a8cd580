/** An iframe is another realm, whose values a page may store. */
import { realmTests } from "../../unit/serializer/realm.ts";

const frame = document.createElement("iframe");
document.body.append(frame);
const { eval: run } = frame.contentWindow as unknown as { readonly eval: (code: string) => unknown };

realmTests(run);
