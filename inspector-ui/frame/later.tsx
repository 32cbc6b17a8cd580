import { useSignal } from "@preact/signals";
import { type ComponentType, type FunctionComponent, h } from "preact";
import { useEffect } from "preact/hooks";
import { ProblemCard } from "../parts/problem-note.tsx";
import { useAfter } from "../state/context.ts";
import { patienceMs } from "./patience.ts";

/** A component that is loaded when it is drawn for the first time, or before. */
export interface Later<Props> extends FunctionComponent<Props> {
  /** Loads it, so that it is drawn at once. A failure is told when it is drawn. */
  readonly preload: () => void;
}

/** Draws a component of a module that is not part of the first load. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
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
          error.value = cause;
        },
      );
    };
    useEffect(start, []);
    if (loaded !== undefined && isLoaded.value) return h(loaded, props);
    if (error.value !== undefined) {
      return (
        <div class="content alone">
          <ProblemCard error={error.value} onRetry={start} />
        </div>
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
