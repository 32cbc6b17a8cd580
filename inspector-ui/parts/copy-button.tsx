import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../state/context.ts";
import { Button } from "./basics.tsx";

interface CopyProps {
  readonly children: string;
  /** Makes the text when it is asked for. */
  readonly text: () => string;
}

/** Copies a text to the clipboard, and says so. */
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
    try {
      await navigator.clipboard.writeText(text());
      done.value = "copied";
      live.say("Copied");
    } catch {
      // A page without the permission, or over plain HTTP.
      done.value = "refused";
      live.warn("The browser did not allow copying");
    }
  };
  return (
    <Button look="quiet" icon="copy" onClick={copy}>
      {done.value === "copied" ? "Copied" : done.value === "refused" ? "Not allowed by the browser" : children}
    </Button>
  );
};
