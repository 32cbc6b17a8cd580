import type { Inspection, ValueBytes } from "../../../../src/inspector/inspection.ts";
import { SaveButton } from "../../../parts/save-button.tsx";
import { useStore } from "../../../state/context.ts";
import type { ValueOf } from "./query.ts";

interface SaveBytesProps {
  readonly of: ValueOf;
  readonly look?: "plain" | "quiet";
  readonly class?: string;
  readonly children?: string;
}

/** Saves a value as it is stored, whole or damaged. */
export const SaveBytes = ({ of, look = "quiet", children = "Save the bytes", ...rest }: SaveBytesProps) => {
  const { inspection } = useStore();
  return (
    <SaveButton look={look} take={() => bytesOf(inspection, of)} {...rest}>
      {children}
    </SaveButton>
  );
};

/** Asks for the bytes of a value. */
export const bytesOf = (inspection: Inspection, { name, partition, version }: ValueOf): Promise<ValueBytes> =>
  inspection.bytes(name, { ...(partition !== undefined && { partition }), ...(version !== undefined && { version }) });
