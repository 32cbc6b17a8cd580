import { fill } from "./scenario.ts";

addEventListener("message", ({ data }) => {
  fill(data).then(
    (outcome) => postMessage(outcome),
    (error: Error) => postMessage({ error: `${error.stack ?? error}` }),
  );
});
