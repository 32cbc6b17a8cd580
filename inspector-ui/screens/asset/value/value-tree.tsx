import { useSignal } from "@preact/signals";
import type { ColumnView } from "../../../../src/inspector/inspection.ts";
import type { Shown } from "../../../../src/inspector/show.ts";
import { formatNumber } from "../../../parts/format.ts";
import { useResource, useStore } from "../../../state/context.ts";
import { previewQuestion, type ValueOf } from "./query.ts";
import { groupText, hintOf, isGroup, keyText, type ShownGroup, textOfShown } from "./shown-text.ts";

const colors = { number: "c-number", text: "c-text", word: "c-word", special: "c-special", group: "dim" } as const;

/** A value as a tree whose branches are drawn when they are opened. */
export const ValueTree = ({ root, of }: { readonly root: Shown; readonly of: ValueOf }) => (
  <div class="pad mono tree" role="group" aria-label="Value as a tree" tabIndex={0}>
    {isGroup(root) ? <Members group={root} of={of} path={[]} /> : <Leaf value={root} />}
  </div>
);

interface TableTreeProps {
  readonly columns: readonly ColumnView[];
  readonly rows: readonly (readonly Shown[])[];
  readonly total: number;
}

const shownRows = 100;

/** The first rows of a table as a tree. */
export const TableTree = ({ columns, rows, total }: TableTreeProps) => {
  const root: ShownGroup = {
    $: "array",
    size: total,
    of: rows
      .slice(0, shownRows)
      .map((cells, index) => [index, { $: "object", size: columns.length, of: columns.map(({ name }, at) => [name, cells[at] ?? null]) }]),
  };
  return <ValueTree root={root} of={{ name: "" }} />;
};

const Leaf = ({ value }: { readonly value: Shown }) => {
  const { text, kind, chip } = textOfShown(value);
  return (
    <>
      <span class={colors[kind]}>{text}</span>
      {chip !== undefined && <span class="chip">{chip}</span>}
    </>
  );
};

interface MembersProps {
  readonly group: ShownGroup;
  readonly of: ValueOf;
  readonly path: readonly (string | number)[];
}

const Members = ({ group, of, path }: MembersProps) => {
  const left = group.size - group.of.length;
  return (
    <>
      {group.of.map(([key, value], index) => {
        const place = [...path, typeof key === "number" ? key : keyText(key)];
        return isGroup(value) ? (
          // Keys of a map may be equal as texts; their places are not.
          <Branch key={index} label={keyText(key)} group={value} of={of} path={place} />
        ) : (
          <div key={index} class="leaf">
            <span class="dim">{keyText(key)}</span>: <Leaf value={value} />
          </div>
        );
      })}
      {left > 0 && group.isDeep !== true && <div class="faint leaf">{formatNumber(left)} more</div>}
    </>
  );
};

const Branch = ({ label, group, of, path }: MembersProps & { readonly label: string }) => {
  const isOpen = useSignal(false);
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <span class="dim">{label}</span> {groupText(group)} <span class="faint clip">{hintOf(group)}</span>
      </summary>
      <div class="branch">
        {isOpen.value &&
          (group.isDeep === true && group.size > 0 && of.name !== "" ? (
            <Deeper of={of} path={path} />
          ) : (
            <Members group={group} of={of} path={path} />
          ))}
      </div>
    </details>
  );
};

/** What lies deeper than the preview went, which is asked for when it is opened. */
const Deeper = ({ of, path }: { readonly of: ValueOf; readonly path: readonly (string | number)[] }) => {
  const store = useStore();
  const { value, error } = useResource(previewQuestion(store.inspection, of, { path }));
  const preview = value.value;
  if (error.value !== undefined) return <div class="leaf c-fail">This part could not be loaded.</div>;
  if (preview === undefined) return <div class="leaf faint">…</div>;
  if (preview.kind !== "tree") return <div class="leaf faint">{preview.kind === "refused" ? preview.message : preview.kind}</div>;
  return isGroup(preview.root) ? (
    <Members group={preview.root} of={of} path={path} />
  ) : (
    <div class="leaf">
      <Leaf value={preview.root} />
    </div>
  );
};
