import { useSignal } from "@preact/signals";
import { Problem } from "../../inspector-ui/parts/problem-note.tsx";
import type { Host } from "../host.ts";
import { type Place, rememberPlace } from "../storage/place.ts";
import { BucketForm } from "./bucket-form.tsx";

const kinds = [
  { kind: "indexeddb", title: "IndexedDB", text: "Works in every window, also a private one." },
  { kind: "opfs", title: "Private files", text: "OPFS. Faster for values above 1 MB." },
  { kind: "s3", title: "A bucket", text: "S3 or compatible. Keys stay in the memory of this tab." },
] as const;

interface PlaceChoiceProps {
  readonly host: Host;
  /** Called when another place is open. */
  readonly onDone?: () => void;
}

/** Where values are kept. Records stay in this browser. A bucket is asked for its address and keys first. */
export const PlaceChoice = ({ host, onDone }: PlaceChoiceProps) => {
  const { place } = host.session;
  const chosen = useSignal<Place["kind"]>(place.kind);
  const error = useSignal<unknown>(undefined);
  const isMoving = useSignal(false);
  const move = async (next: Place): Promise<void> => {
    isMoving.value = true;
    error.value = undefined;
    try {
      await host.moveTo(next);
      onDone?.();
    } catch (thrown) {
      error.value = thrown;
      isMoving.value = false;
    }
  };
  const choose = (kind: Place["kind"]): void => {
    chosen.value = kind;
    error.value = undefined;
    if (kind !== "s3" && kind !== place.kind) void move({ kind });
    if (kind === place.kind) rememberPlace(place);
  };
  return (
    <div class="place">
      <fieldset class="choices" disabled={isMoving.value}>
        <legend class="sr">Where to keep values</legend>
        {kinds.map(({ kind, title, text }) => (
          <label key={kind} class="choice">
            <b>
              <input type="radio" name="place" checked={chosen.value === kind} onChange={() => choose(kind)} />
              {title}
            </b>
            <span class="sm dim">{text}</span>
          </label>
        ))}
      </fieldset>
      {chosen.value === "s3" && <BucketForm place={place} isBusy={isMoving.value} onSubmit={move} />}
      {error.value !== undefined && (
        <div class="card" role="alert">
          <Problem error={error.value} />
        </div>
      )}
    </div>
  );
};
