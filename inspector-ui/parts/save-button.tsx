import { useSignal } from "@preact/signals";
import type { LiveRegion } from "../frame/live-region.ts";
import { useApp } from "../state/context.ts";
import { Button } from "./basics.tsx";
import { problemOf } from "./problem.ts";
import { saveStream } from "./save.ts";

/** A file to save: its name and its bytes. */
export interface SavedFile {
  readonly name: string;
  readonly stream: ReadableStream<Uint8Array>;
}

/** Asks for a file and saves it. Says why when it fails, and then returns false. */
export async function saveFile(take: () => Promise<SavedFile>, live: LiveRegion): Promise<boolean> {
  try {
    const { name, stream } = await take();
    await saveStream(stream, name);
    return true;
  } catch (cause) {
    live.warn(`Saving failed: ${problemOf(cause).message}`);
    return false;
  }
}

interface SaveProps {
  /** Asks for the file when the button is pressed. */
  readonly take: () => Promise<SavedFile>;
  readonly children: string;
  readonly look?: "plain" | "quiet";
  readonly class?: string;
}

/** Saves a file, and says so while it does, and when it fails. */
export const SaveButton = ({ take, children, look = "plain", class: name }: SaveProps) => {
  const { live } = useApp();
  const state = useSignal<"idle" | "busy" | "failed">("idle");
  const save = async (): Promise<void> => {
    state.value = "busy";
    state.value = (await saveFile(take, live)) ? "idle" : "failed";
  };
  return (
    <Button icon="down" look={look} {...(name !== undefined && { class: name })} disabled={state.value === "busy"} onClick={save}>
      {state.value === "busy" ? "Saving…" : state.value === "failed" ? "Saving failed, try again" : children}
    </Button>
  );
};
