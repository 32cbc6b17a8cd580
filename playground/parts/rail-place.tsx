import { useSignal } from "@preact/signals";
import { Button } from "../../inspector-ui/parts/basics.tsx";
import { Dialog } from "../../inspector-ui/parts/dialog.tsx";
import { Glyph } from "../../inspector-ui/parts/glyph.tsx";
import type { Host } from "../host.ts";
import { lacksKeys, placeName } from "../storage/place.ts";
import { PlaceChoice } from "./place-choice.tsx";

/** The place that is open, the way to another, and a new version of the page when there is one. */
export const RailPlace = ({ host }: { readonly host: Host }) => {
  const { place } = host.session;
  const isOpen = useSignal(false);
  const update = host.update.value;
  return (
    <>
      {update !== undefined && (
        <Button class="small" onClick={update}>
          Load the new version
        </Button>
      )}
      {lacksKeys(place) && (
        <span class="row">
          <Glyph form="stale" />
          <span class="grow">Keys are needed</span>
        </span>
      )}
      <Button
        look="quiet"
        icon="swap"
        class="small"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Keep values elsewhere
      </Button>
      {isOpen.value && (
        <Dialog label="Where to keep values" class="places" onClose={() => (isOpen.value = false)}>
          <div class="pad stack">
            <h2>Where to keep values</h2>
            <p class="dim">Each place has its own values and its own records. What is here stays here.</p>
            <PlaceChoice host={host} onDone={() => (isOpen.value = false)} />
            <div class="row">
              <Button onClick={() => (isOpen.value = false)}>Close</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
};
