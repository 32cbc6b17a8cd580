/** Prints the digests of the serializer's corpus. */
import { digests } from "../../unit/serializer/corpus.ts";

console.log(JSON.stringify(await digests()));
