import { Button } from "../parts/basics.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useApp } from "../state/context.ts";
import { groupKeys, keyNames } from "./key-names.ts";

/** All keys of the screen that is shown, and the switch that turns those without a modifier off. */
export const KeyList = () => {
  const { keys, panels } = useApp();
  return (
    <Dialog label="Keyboard shortcuts" onClose={panels.hide} class="keys">
      <div class="dialog-head row between">
        <h2>Keyboard shortcuts</h2>
        <Button look="quiet" onClick={panels.hide}>
          Close
        </Button>
      </div>
      <div class="key-groups">
        {groupKeys(keys.bindings.value).map(([group, bindings]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl class="key-rows">
              {bindings.map((binding) => (
                <div key={binding.keys} class="row between">
                  <dt>{binding.label}</dt>
                  <dd>
                    {keyNames(binding.keys).map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="row dialog-foot">
        <input type="checkbox" checked={keys.singleKeys.value} onChange={(event) => keys.setSingleKeys(event.currentTarget.checked)} />
        Keys without a modifier do something
      </label>
    </Dialog>
  );
};
