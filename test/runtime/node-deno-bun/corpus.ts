/** Prints the digests of the corpus of the serializer. */
import { digests } from "../../unit/serializer/corpus.ts";

console.log(JSON.stringify(await digests()));
