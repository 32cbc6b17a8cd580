/** Opens embedded Storage on any Node and prints the result or the error. */
import { Storage } from "edgewater";

try {
  const storage = await Storage.embedded(process.argv[2]);
  await storage.close();
  console.log(JSON.stringify({ opened: true }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
