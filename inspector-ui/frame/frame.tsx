import { useMemo, useRef } from "preact/hooks";
import { Button } from "../parts/basics.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { Icon } from "../parts/icon.tsx";
import { useApp } from "../state/context.ts";
import { commands } from "./command-keys.ts";
import { isStale } from "./connection.ts";
import { ConnectionNote } from "./connection-note.tsx";
import { KeyList } from "./key-list.tsx";
import { useKeys } from "./keys.ts";
import { PlanDialog } from "./later-screens.tsx";
import { isCurrent, type NavItem, navigationOf } from "./navigation.ts";
import { Palette } from "./palette.tsx";
import { Screen } from "./screen.tsx";
import { useScreenFocus } from "./screen-focus.ts";

const themeNames = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" } as const;

const Brand = () => (
  <span class="brand">
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d="M2 6.5c2.3-2.4 4.7-2.4 7 0s4.7 2.4 7 0" />
      <path d="M2 11.5c2.3-2.4 4.7-2.4 7 0s4.7 2.4 7 0" opacity=".45" />
    </svg>
    edgewater
  </span>
);

/** Rail, top bar, tabs and what is between them. */
export const Frame = () => {
  const { store, router, theme, live, slots, panels } = useApp();
  const main = useRef<HTMLElement>(null);
  const snapshot = store.snapshot.value;
  const { nodes, attention } = snapshot ?? {};
  const items = useMemo(() => (nodes && attention ? navigationOf({ nodes, attention }) : []), [nodes, attention]);
  useKeys(commands({ items, router, theme, panels }));
  useScreenFocus(main);
  const isOld = isStale(store.connection.value);
  return (
    <>
      <nav aria-label="Skip">
        <a
          class="skip"
          href={location.hash || "#/"}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          Skip to content
        </a>
      </nav>
      <div class="frame">
        <aside class="rail">
          <Brand />
          <button type="button" class="find" aria-label="Search or run a command" onClick={panels.search}>
            <Icon name="find" />
            <span class="grow">Search</span>
            <kbd>⌘K</kbd>
          </button>
          <nav class="main" aria-label="Views">
            {items.map((item) => (
              <NavLink key={item.text} item={item} />
            ))}
          </nav>
          <footer>
            {slots.rail !== undefined && <slots.rail />}
            <span class="row">
              <Icon name="tabs" />
              <span class="grow">{store.connection.value.state === "ended" ? "Report" : isOld ? "Not live" : "Live"}</span>
              <Glyph form={isOld ? "stale" : "ok"} />
            </span>
            <span class="row">
              <Icon name="disk" />
              <span class="grow clip" title={snapshot?.where}>
                {snapshot?.where ?? "…"}
              </span>
            </span>
            <span class="row between">
              <Button look="quiet" icon="sun" class="small" onClick={theme.next}>
                {themeNames[theme.name.value]}
              </Button>
              <Button look="quiet" class="small" onClick={panels.keys} aria-label="Keyboard shortcuts">
                <kbd>?</kbd>
              </Button>
            </span>
          </footer>
        </aside>
        <div class="page">
          <header class="top">
            <Brand />
            <span class="grow" />
            <Button icon="find" look="quiet" aria-label="Search or run a command" onClick={panels.search} />
            <Button icon="sun" look="quiet" aria-label={`${themeNames[theme.name.value]}. Change it`} onClick={theme.next} />
          </header>
          <ConnectionNote />
          <main ref={main} tabIndex={-1} class={isOld ? "aged" : ""}>
            <Screen />
          </main>
        </div>
        <nav class="tabs" aria-label="Views">
          {items
            .filter((item) => item.text !== "Automation")
            .map((item) => (
              <a key={item.text} href={item.href} aria-current={isCurrent(item, router.route.value) ? "page" : undefined}>
                <Icon name={item.icon} />
                <span>{item.text}</span>
                {item.isBad && item.count > 0 && (
                  <span class="pip">
                    <span class="sr">
                      {item.count} {item.countLabel}
                    </span>
                  </span>
                )}
              </a>
            ))}
        </nav>
      </div>
      {panels.shown.value === "search" && <Palette />}
      {panels.shown.value === "keys" && <KeyList />}
      {store.planned.value !== undefined && <PlanDialog action={store.planned.value} />}
      <div class="sr live" role="status" aria-live="polite">
        {live.polite.value}
      </div>
      <div class="sr live" role="alert">
        {live.assertive.value}
      </div>
    </>
  );
};

const NavLink = ({ item }: { readonly item: NavItem }) => {
  const { router } = useApp();
  return (
    <a href={item.href} aria-current={isCurrent(item, router.route.value) ? "page" : undefined}>
      <Icon name={item.icon} />
      <span>{item.text}</span>
      {item.count > 0 && (
        <span class={`n ${item.isBad ? "bad" : ""}`}>
          {item.count}
          <span class="sr"> {item.countLabel}</span>
        </span>
      )}
    </a>
  );
};
