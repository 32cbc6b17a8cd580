/** An inspector that a Worker serves: what it keeps to itself, and whom it refuses. */
import { exports } from "cloudflare:workers";
import { connectInspection, inspector } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { leaks, walk } from "../../support/inspection/canary.ts";
import { everything } from "../../support/inspection/everything.ts";

const sendTo =
  (mount: string) =>
  (below: string, init?: RequestInit): Promise<Response> =>
    exports.default.fetch(`https://worker.test/inspector/${mount}/${below}`, init as never);

describe("an inspector that a Worker serves", () => {
  it("tells no secret on any route", async () => {
    const answers = await walk(sendTo("open"));
    expect(answers.size).toBeGreaterThan(30);
    expect(leaks(answers)).toEqual([]);
  });

  it("tells what is named, and nothing else", async () => {
    const told = new Set(leaks(await walk(sendTo("named"))).map((leak) => leak.split(": ")[1]));
    expect([...told].sort()).toEqual(["stack", "value"]);
  });

  it("lets nobody in without authorize, because there is no terminal, and says what to pass", async () => {
    for (const path of ["", "api/snapshot", "api/events", "api/assets/user"]) {
      const response = await sendTo("closed")(path);
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("pass authorize")]);
    }
  });

  it("refuses other sites", async () => {
    const body = '{"type":"materialize","selection":["user"]}';
    const plan = async (headers: Record<string, string>) => (await sendTo("named")("api/plan", { method: "POST", headers, body })).status;
    const json = { "content-type": "application/json" };
    expect(await plan({ ...json, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await plan({ ...json, origin: "null" })).toBe(403);
    expect(await plan({ ...json, origin: "https://evil.example" })).toBe(403);
    expect(await plan({ "content-type": "text/plain", "sec-fetch-site": "same-origin" })).toBe(415);
    expect(await plan({ ...json, origin: "https://worker.test" })).toBe(200);
  });
});

describe("connectInspection() in a Worker", () => {
  it.each(inspectionCases())("$name", ({ run }) =>
    run({
      open: (repository) => {
        const handler = inspector(repository, everything);
        return connectInspection("https://worker.test/", { fetch: (input, init) => handler(new Request(input, init)) });
      },
    }),
  );
});
