import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface DialogProps {
  readonly label: string;
  readonly onClose: () => void;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/**
 * A modal dialog as long as it is drawn. Escape and a press beside it close it; the focus goes back to what had it, unless it is
 * somewhere else by then: on the heading of a screen that the dialog has opened.
 */
export const Dialog = ({ label, onClose, class: name, children }: DialogProps) => {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    const root = dialog.getRootNode();
    const focused = (): Element | null => (root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null);
    const opener = focused();
    dialog.showModal();
    return () => {
      const now = focused();
      dialog.close();
      const isFree = now === null || now === document.body || dialog.contains(now);
      if (isFree && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press on the backdrop is the pointer's way to what Escape does
    <dialog
      ref={element}
      class={name}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
};
