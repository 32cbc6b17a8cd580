/**
 * A process that writes, rolls back, prunes and loads in a folder beside others: `<folder> <seed>`. Prints the id and the value of
 * every event that it has recorded, and what is wrong.
 */
import { randomOf } from "../random.ts";
import { inFolder } from "./folder.ts";
import { eventsOf, later, open, type Place, places } from "./shared.ts";

const [folder = "", seed = "1"] = process.argv.slice(2);
const random = randomOf(Number(seed));
const shared = await inFolder(folder);
const by = await open(shared);
for (let step = 0; step < 15; step++) {
  const place = places[Math.floor(random() * places.length)] as Place;
  const action = random();
  const before = await eventsOf(shared, place);
  try {
    if (action < 0.5) {
      const value = Math.floor(random() * 4);
      const { id } = await by.write(place, value);
      console.log(JSON.stringify({ id, value }));
    } else if (action < 0.65 && before[0] !== undefined) {
      const { id, metadata } = await by.rollback(place, before[0].id);
      const of = metadata["rollbackOf"]?.value;
      if (of !== undefined) console.log(JSON.stringify({ id, of: Number(of) }));
    } else if (action < 0.8) await by.prune({ keep: 2, before: later() });
    else if (before.length > 0) await by.load(place);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    // The version to bring back was pruned, or others were faster again and again.
    if (code !== "Conflict" && !(code === "NotFound" && action < 0.65)) console.log(JSON.stringify({ problem: String(error) }));
  }
}
await shared.storage.close();
