/** Where the page was when it was left: how far it was scrolled, and what had the focus. */
export interface Visit {
  readonly scroll: number;
  /** The name of the element that had the focus, as `focusables` gives it. */
  readonly focus: string | undefined;
}

export interface Visits {
  /** Tells where the page was when this entry of the history was left; undefined when it is new. */
  readonly arrive: () => Visit | undefined;
  readonly close: () => void;
}

const selector = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** The elements that can have the focus, each with a name that it has again when the same screen is drawn anew. */
export function focusables(root: ShadowRoot): readonly { readonly name: string; readonly element: HTMLElement }[] {
  const counts = new Map<string, number>();
  return [...root.querySelectorAll<HTMLElement>(selector)].map((element) => {
    const what = `${element.localName} ${element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent?.slice(0, 80)}`;
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    return { name: `${what} ${count}`, element };
  });
}

/** Remembers the visit of each entry of the history, by an id in its state. */
export function openVisits(root: ShadowRoot): Visits {
  const visits = new Map<string, Visit>();
  let count = 0;
  const idOf = (state: unknown): string | undefined => {
    const id = (state as { edgewater?: unknown } | null)?.edgewater;
    return typeof id === "string" ? id : undefined;
  };
  const name = (): string => {
    count += 1;
    const id = `${Date.now()}-${count}`;
    history.replaceState({ ...history.state, edgewater: id }, "");
    return id;
  };
  let current = idOf(history.state) ?? name();
  const before = history.scrollRestoration;
  history.scrollRestoration = "manual";

  const note = (): void => {
    const active = root.activeElement;
    visits.set(current, { scroll: scrollY, focus: focusables(root).find(({ element }) => element === active)?.name });
  };
  // The page is left by a press of a link, by a key, or by the buttons of the browser: what was last is what it was.
  let isWaiting = false;
  const later = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      if (idOf(history.state) === current) note();
    });
  };
  addEventListener("scroll", later, { passive: true });
  root.addEventListener("focusin", later);

  return {
    arrive: () => {
      const id = idOf(history.state);
      const visit = id === undefined ? undefined : visits.get(id);
      current = id ?? name();
      return visit;
    },
    close: () => {
      removeEventListener("scroll", later);
      root.removeEventListener("focusin", later);
      history.scrollRestoration = before;
    },
  };
}
