import { Dialog } from "../parts/dialog.tsx";
import { useApp } from "../state/context.ts";

export const Palette = () => {
  const { panels } = useApp();
  return (
    <Dialog label="Search or run a command" onClose={panels.hide}>
      <p class="pad">Search</p>
    </Dialog>
  );
};
