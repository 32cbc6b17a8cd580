import type { Preview } from "../../../../src/inspector/inspection.ts";
import { Button } from "../../../parts/basics.tsx";
import { refusalOf } from "../../../parts/refusal.ts";
import { Trouble } from "../../../parts/trouble.tsx";
import { useStore } from "../../../state/context.ts";
import type { ValueOf } from "./query.ts";
import { SaveBytes } from "./save-bytes.tsx";

interface RefusedProps {
  readonly preview: Extract<Preview, { readonly kind: "refused" }>;
  readonly of: ValueOf;
  /** Asks for the value again, with other limits. */
  readonly onLoad: (limits: Pick<ValueOf, "maxBytes" | "firstRows">) => void;
}

/** In place of a value that is damaged, gone, too large, not readable or not shown here. */
export const Refused = ({ preview, of, onLoad }: RefusedProps) => {
  const store = useStore();
  const { name, partition } = of;
  const refusal = refusalOf(preview, name, store.snapshot.value?.can ?? {});
  const materialize = (): void =>
    store.plan({ type: "materialize", selection: [name], ...(partition !== undefined && { partitions: [partition] }) });
  const acts = refusal.acts.map((act, index) =>
    act.type === "save" ? (
      <SaveBytes key={act.label} of={of} />
    ) : (
      <Button
        key={act.label}
        look={index === 0 ? "plain" : "quiet"}
        onClick={() => (act.type === "load" ? onLoad(act.limits) : materialize())}
      >
        {act.label}
      </Button>
    ),
  );
  return (
    <Trouble
      title={refusal.title}
      form={refusal.form}
      {...(refusal.code !== undefined && { code: refusal.code })}
      {...(acts.length > 0 && { acts })}
    >
      <p>
        {refusal.message}
        {refusal.example !== undefined && (
          <>
            {" "}
            To allow it: <code>{refusal.example}</code>.
          </>
        )}
      </p>
    </Trouble>
  );
};
