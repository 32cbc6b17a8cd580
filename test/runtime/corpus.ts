/** Prints the digests of the serializer's corpus. */
import { digests } from "../serializer/corpus.ts";

console.log(JSON.stringify(await digests()));
