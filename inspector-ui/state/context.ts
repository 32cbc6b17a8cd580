import { useSignal } from "@preact/signals";
import { type ComponentType, createContext } from "preact";
import { useContext, useEffect, useMemo } from "preact/hooks";
import type { Keys } from "../frame/keys.ts";
import type { LiveRegion } from "../frame/live-region.ts";
import type { Panels } from "../frame/panels.ts";
import type { Router } from "../frame/router.ts";
import type { Theme } from "../frame/theme.ts";
import type { Question, Resource } from "./resources.ts";
import { inSlices, type Steps } from "./slices.ts";
import type { Store } from "./store.ts";

/** What the page around the inspector adds to it. */
export interface Slots {
  /** Where to keep values, on the first visit. */
  readonly firstVisit?: ComponentType;
  /** Below the value of an asset, such as a way to edit its function. */
  readonly asset?: ComponentType<{ readonly name: string }>;
  /** In the head of the storage screen, such as the way to another place. */
  readonly storage?: ComponentType;
  /** Above the theme in the rail. */
  readonly rail?: ComponentType;
}

/** Everything that components share. */
export interface App {
  readonly store: Store;
  readonly router: Router;
  readonly keys: Keys;
  readonly theme: Theme;
  readonly live: LiveRegion;
  readonly panels: Panels;
  readonly slots: Slots;
  /** The root that the inspector is drawn into; the focused element is its `activeElement`. */
  readonly root: ShadowRoot;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("Cannot draw a part of the inspector outside of mount()");
  return app;
}

export const useStore = (): Store => useApp().store;

/** Whether the connection is lost: what would be done could not be begun, and what is shown may be old. */
export const useIsCut = (): boolean => useContext(AppContext)?.store.connection.value.state === "retrying";

/** Asks a question of the store while the component is drawn. */
export function useResource<Value>(question: Question<Value>): Resource<Value> {
  const { resources } = useStore();
  const { key } = question;
  // The key names the question: one with the same key loads the same.
  const resource = useMemo(() => resources.get(question), [resources, key]);
  useEffect(() => resource.use(), [resource]);
  return resource;
}

/** Whether a condition has held for a time, so that what takes less draws no notice of waiting. */
export function useAfter(isTrue: boolean, ms: number): boolean {
  const isLong = useSignal(false);
  useEffect(() => {
    isLong.value = false;
    if (!isTrue) return;
    const timer = setTimeout(() => {
      isLong.value = true;
    }, ms);
    return () => clearTimeout(timer);
  }, [isTrue, ms, isLong]);
  return isLong.value && isTrue;
}

/** What is worked out in slices whenever something of `from` has changed; until it is done, what was worked out before. */
export function useSliced<Result>(begin: () => Steps<Result> | undefined, from: readonly unknown[]): Result | undefined {
  const result = useSignal<Result | undefined>(undefined);
  useEffect(() => {
    const steps = begin();
    if (steps === undefined) return;
    const session = new AbortController();
    const work = async (): Promise<void> => {
      try {
        result.value = await inSlices(steps, session.signal);
      } catch (error) {
        if (!session.signal.aborted) throw error;
      }
    };
    void work();
    return () => session.abort();
  }, from);
  return result.value;
}
