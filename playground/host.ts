/** What the parts of the playground share: the session of the place that is open, and the way to another. */
import type { ReadonlySignal } from "@preact/signals";
import { openSession, type Session } from "./session.ts";
import { type Place, rememberedPlace, rememberPlace } from "./storage/place.ts";

export interface Host {
  readonly session: Session;
  /**
   * Keeps values elsewhere from now on, and shows what is there.
   *
   * @throws when the place cannot be reached; then this one stays open
   */
  readonly moveTo: (place: Place) => Promise<void>;
  /** Loads the new version of the page in every tab; undefined until there is a new one. */
  readonly update: ReadonlySignal<(() => void) | undefined>;
}

/**
 * Opens the place of the last visit, or the first one.
 *
 * @param show draws the session of a place that was opened, and returns how it is taken away
 */
export async function openHost(update: Host["update"], show: (host: Host) => () => void): Promise<void> {
  let session = await openSession(rememberedPlace());
  const moveTo = async (place: Place): Promise<void> => {
    const { checkPlace } = await import("./storage/stores.ts");
    await checkPlace(place);
    const [before, next] = [session, await openSession(place)];
    rememberPlace(place);
    hide();
    session = next;
    hide = show({ session, moveTo, update });
    await before.close();
  };
  let hide = show({ session, moveTo, update });
}
