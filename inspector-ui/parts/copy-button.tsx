import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LiveRegion } from "../frame/live-region.ts";
import { useApp } from "../state/context.ts";
import { Button } from "./basics.tsx";

interface CopyProps {
  readonly children: string;
  /** Makes the text when it is asked for. */
  readonly text: () => string;
}

/** Copies a text to the clipboard, and says so. Returns whether the browser has allowed it. */
export async function copyText(text: string, live: LiveRegion): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    live.say("Copied");
    return true;
  } catch {
    // A page without the permission, or over plain HTTP.
    live.warn("The browser did not allow copying");
    return false;
  }
}

/** A button that copies a text to the clipboard. */
export const CopyButton = ({ children, text }: CopyProps) => {
  const { live } = useApp();
  const done = useSignal<"copied" | "refused" | undefined>(undefined);
  useEffect(() => {
    if (done.value === undefined) return;
    const timer = setTimeout(() => {
      done.value = undefined;
    }, 2_000);
    return () => clearTimeout(timer);
  }, [done.value, done]);
  const copy = async (): Promise<void> => {
    done.value = (await copyText(text(), live)) ? "copied" : "refused";
  };
  return (
    <Button look="quiet" icon="copy" onClick={copy}>
      {done.value === "copied" ? "Copied" : done.value === "refused" ? "Not allowed by the browser" : children}
    </Button>
  );
};
