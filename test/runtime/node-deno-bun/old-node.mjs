/** Asks for embedded records on whatever Node there is, and prints what comes of it. */
import { Storage } from "edgewater";

try {
  const storage = await Storage.embedded(process.argv[2]);
  await storage.close();
  console.log(JSON.stringify({ opened: true }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
