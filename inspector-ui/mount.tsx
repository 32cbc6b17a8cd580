import { effect } from "@preact/signals";
import { render } from "preact";
import type { Inspection } from "../src/inspector/inspection.ts";
import { Frame } from "./frame/frame.tsx";
import { openKeys } from "./frame/keys.ts";
import { openLiveRegion } from "./frame/live-region.ts";
import { openPanels } from "./frame/panels.ts";
import { openRouter } from "./frame/router.ts";
import { tellBatches } from "./frame/telling.ts";
import { openTheme } from "./frame/theme.ts";
import { titleOf } from "./frame/title.ts";
import { type App, AppContext, type Slots } from "./state/context.ts";
import { openStore } from "./state/store.ts";
import { styles } from "./styles/index.ts";

/** How the inspector is drawn. */
export interface MountOptions {
  /** Whether it is the whole page: then it hears all keys, and sets the title and the theme of the page. False unless given. */
  readonly isPage?: boolean;
  /** What the page adds to it. */
  readonly slots?: Slots;
}

/** A drawn inspector. */
export interface Mounted {
  /** Takes it away, and ends its subscription. The inspection stays open. */
  readonly unmount: () => void;
}

/**
 * Draws the inspector into a shadow root of an element, so that styles leak neither way. It uses the part of the URL after `#`.
 *
 * @example
 * ```ts
 * const { unmount } = mount(document.querySelector("#inspector"), inspect(repository), { isPage: true });
 * ```
 */
export function mount(element: HTMLElement, inspection: Inspection, options: MountOptions = {}): Mounted {
  const { isPage = false, slots = {} } = options;
  const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];

  const store = openStore(inspection);
  const live = openLiveRegion();
  const app: App = {
    store,
    live,
    slots,
    root,
    router: openRouter(),
    keys: openKeys(isPage ? window : element, root),
    theme: openTheme(isPage ? [element, document.documentElement] : [element]),
    panels: openPanels(store),
  };
  const stopTelling = tellBatches(store, live);
  const stopTitle = isPage
    ? effect(() => {
        document.title = titleOf(app.router.route.value, store.snapshot.value?.name);
      })
    : undefined;
  render(
    <AppContext.Provider value={app}>
      <Frame />
    </AppContext.Provider>,
    root,
  );
  return {
    unmount: () => {
      render(null, root);
      stopTitle?.();
      stopTelling();
      app.keys.close();
      app.theme.close();
      app.router.close();
      live.close();
      store.close();
    },
  };
}
