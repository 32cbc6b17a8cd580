import { useSignal } from "@preact/signals";
import { Button } from "../../inspector-ui/parts/basics.tsx";
import { Dialog } from "../../inspector-ui/parts/dialog.tsx";
import type { Host } from "../host.ts";
import { PlaceChoice } from "./place-choice.tsx";

/** The way to another place. */
export const Elsewhere = ({ host }: { readonly host: Host }) => {
  const isOpen = useSignal(false);
  const close = (): void => {
    isOpen.value = false;
  };
  return (
    <>
      <Button
        icon="disk"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Keep values elsewhere
      </Button>
      {isOpen.value && (
        <Dialog label="Where to keep values" class="places" onClose={close}>
          <h2>Where to keep values</h2>
          <p class="dim">Each place has its own values and its own records. What is here stays here.</p>
          <PlaceChoice host={host} onDone={close} />
          <div class="row">
            <Button onClick={close}>Close</Button>
          </div>
        </Dialog>
      )}
    </>
  );
};
