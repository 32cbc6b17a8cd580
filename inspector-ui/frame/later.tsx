import { useSignal } from "@preact/signals";
import { type ComponentChildren, type ComponentType, type FunctionComponent, h } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "../parts/basics.tsx";
import { Problem } from "../parts/problem-note.tsx";
import { useAfter } from "../state/context.ts";
import { patienceMs } from "./patience.ts";

/** A component that is loaded when it is drawn for the first time, or before. */
export interface Later<Props> extends FunctionComponent<Props> {
  /** Loads it, so that it is drawn at once. A failure is told when it is drawn. */
  readonly preload: () => void;
}

/** What tells that a screen could not be loaded. */
const InContent = ({ children }: { readonly children: ComponentChildren }) => (
  <div class="content alone">
    <section class="card">{children}</section>
  </div>
);

/** A module that was not loaded, such as in an old tab after its server has got a new version of the page. */
function notLoaded(cause: unknown): Error {
  // Browsers reject an import whose script does not come with a TypeError, in words of their own.
  if (!(cause instanceof TypeError)) return cause as Error;
  return new Error("A script of this page was not loaded: there is no connection, or the page has a newer version. Load the page again.", {
    cause,
  });
}

/**
 * Draws a component of a module that is not part of the first load.
 *
 * @param Around what a failure is told in
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Around: ComponentType<{ readonly children: ComponentChildren }> = InContent,
): Later<Props> {
  let loaded: ComponentType<Props> | undefined;
  const request = async (): Promise<void> => {
    loaded ??= await load();
  };
  const Drawn = (props: Props) => {
    const isLoaded = useSignal(loaded !== undefined);
    const error = useSignal<unknown>(undefined);
    const isLate = useAfter(!isLoaded.value, patienceMs);
    const start = (): void => {
      error.value = undefined;
      request().then(
        () => {
          isLoaded.value = true;
        },
        (cause: unknown) => {
          error.value = notLoaded(cause);
        },
      );
    };
    useEffect(start, []);
    if (loaded !== undefined && isLoaded.value) return h(loaded, props);
    if (error.value !== undefined) {
      return (
        <Around>
          <Problem error={error.value} onRetry={start}>
            <Button onClick={() => location.reload()}>Load the page again</Button>
          </Problem>
        </Around>
      );
    }
    return isLate ? <p class="waiting">Loading…</p> : null;
  };
  return Object.assign(Drawn, {
    preload: () => {
      request().catch(() => {});
    },
  });
}
