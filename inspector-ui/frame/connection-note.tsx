import { Button } from "../parts/basics.tsx";
import { Icon } from "../parts/icon.tsx";
import { useStore } from "../state/context.ts";
import { connectionText } from "./connection.ts";

/** Above the screen while the connection is lost, and above a report. */
export const ConnectionNote = () => {
  const store = useStore();
  const connection = store.connection.value;
  const text = connectionText(connection);
  if (text === undefined) return null;
  return (
    <div class="offline" role="alert">
      <Icon name="cloud" />
      <b>{text.since}</b>
      <span class="dim">{text.next}</span>
      {connection.state === "retrying" && (
        <Button class="acts-right" onClick={store.reconnect}>
          Try now
        </Button>
      )}
    </div>
  );
};
