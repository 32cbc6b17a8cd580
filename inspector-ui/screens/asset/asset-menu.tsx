import type { NodeRow } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { copyText } from "../../parts/copy-button.tsx";
import { Menu, type MenuItem } from "../../parts/menu.tsx";
import { saveFile } from "../../parts/save-button.tsx";
import { useApp } from "../../state/context.ts";
import type { ValueOf } from "./value/query.ts";
import { bytesOf } from "./value/save-bytes.tsx";

interface AssetMenuProps {
  readonly node: NodeRow;
  readonly of: ValueOf;
  /** The key of its value, if it is known. */
  readonly path: string | undefined;
  readonly canExport: boolean;
  /** Shows the card of the screen that a selector finds; undefined when there is nothing to compare. */
  readonly onShow: ((selector: string) => void) | undefined;
}

/** What else can be done with an asset. */
export const AssetMenu = ({ node, of, path, canExport, onShow }: AssetMenuProps) => {
  const { store, live } = useApp();
  const { name, kind, counts } = node;
  const can = store.snapshot.value?.can ?? {};
  const upstream = (): void => store.plan({ type: "materialize", selection: [name], includeUpstream: true });
  const items: readonly (MenuItem | false | undefined)[] = [
    canExport && { label: "Export the value", icon: "down", run: () => void saveFile(() => bytesOf(store.inspection, of), live) },
    can.materialize && kind === "asset" && counts === undefined && { label: "Materialize with all inputs", icon: "play", run: upstream },
    onShow && { label: "Compare with the version before", icon: "tabs", keys: "d", run: () => onShow(".diff-card") },
    can.objects && kind !== "task" && { label: "Open the storage", icon: "disk", href: hrefOf({ screen: "storage" }) },
    { label: "Copy the name", icon: "copy", run: () => void copyText(name, live) },
    path !== undefined && { label: "Copy the key", icon: "copy", run: () => void copyText(path, live) },
  ];
  return <Menu label="More actions" items={items.filter((item): item is MenuItem => item !== false && item !== undefined)} />;
};
