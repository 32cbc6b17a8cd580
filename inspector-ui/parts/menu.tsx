import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./basics.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** Something to do, or a place to go to. */
export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  /** Does it. */
  readonly run?: () => void;
  /** Goes there, in place of `run`. */
  readonly href?: string;
  /** The key that does the same. */
  readonly keys?: string;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
}

/** A button with a menu: arrow keys, Home and End move in it, Escape and Tab close it, and the focus goes back to the button. */
export const Menu = ({ label, items }: MenuProps) => {
  const isOpen = useSignal(false);
  const whole = useRef<HTMLSpanElement>(null);
  const itemsOf = (): HTMLElement[] => [...(whole.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useLayoutEffect(() => {
    if (isOpen.value) itemsOf()[0]?.focus();
  }, [isOpen.value]);
  const close = (): void => {
    isOpen.value = false;
    whole.current?.querySelector("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen.value) return;
    const all = itemsOf();
    const at = all.indexOf(event.target as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (next !== undefined) all[next % all.length]?.focus();
    // Letters are for no command of the page while the menu is open; Enter presses what has the focus.
    if (!["Tab", "Enter", " "].includes(event.key)) event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the menu within
    <span
      class="menu"
      ref={whole}
      onKeyDown={onKeyDown}
      onFocusOut={({ relatedTarget, currentTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) isOpen.value = false;
      }}
    >
      <Button
        look="quiet"
        icon="more"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        // Safari does not focus a button that is pressed: the menu would close at once.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => (isOpen.value = !isOpen.value)}
      />
      {isOpen.value && (
        <div role="menu" aria-label={label}>
          {items.map(({ label: text, icon, run, href, keys }) => {
            const content = (
              <>
                {icon === undefined ? <span class="i" /> : <Icon name={icon} />}
                <span class="grow">{text}</span>
                {keys !== undefined && <kbd>{keys}</kbd>}
              </>
            );
            const choose = (): void => {
              close();
              run?.();
            };
            return href === undefined ? (
              <button key={text} type="button" role="menuitem" tabIndex={-1} onClick={choose}>
                {content}
              </button>
            ) : (
              <a key={text} role="menuitem" tabIndex={-1} href={href} onClick={choose}>
                {content}
              </a>
            );
          })}
        </div>
      )}
    </span>
  );
};
