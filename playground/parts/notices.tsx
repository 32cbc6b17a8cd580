import { Button } from "../../inspector-ui/parts/basics.tsx";
import { Glyph } from "../../inspector-ui/parts/glyph.tsx";
import type { Host } from "../host.ts";
import { lacksKeys } from "../storage/place.ts";

/** What the visitor should know: that there is a new version of the page, and that the keys of the bucket are to be entered again. */
export const Notices = ({ host }: { readonly host: Host }) => {
  const update = host.update.value;
  return (
    <>
      {update !== undefined && (
        <Button class="small" onClick={update}>
          Load the new version
        </Button>
      )}
      {lacksKeys(host.session.place) && (
        <a class="row" href="#/storage">
          <Glyph form="stale" />
          <span class="grow">Enter the keys of the bucket</span>
        </a>
      )}
    </>
  );
};
