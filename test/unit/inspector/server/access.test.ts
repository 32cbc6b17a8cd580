/** Who gets in: the token, hosts, other sites, content types. */
import { describe, expect, it } from "vitest";
import { serveInspection } from "../../../../src/inspector/server/handler.ts";
import type { InspectorOptions } from "../../../../src/inspector/server/options.ts";
import { story } from "../../../support/inspection/story.ts";

const mount = "http://localhost:8787/below/";

interface Entered {
  readonly handler: (request: Request) => Promise<Response>;
  readonly link: string;
  readonly token: string;
  readonly cookie: string;
}

/** A handler without `authorize`, with the cookie that its link was traded for. */
async function enter(options: InspectorOptions = {}, at: string = mount): Promise<Entered> {
  const links: string[] = [];
  const handler = serveInspection(story(), { onLink: (link) => links.push(link), actions: ["materialize"], ...options });
  expect((await handler(new Request(`${at}api/snapshot`))).status).toBe(401);
  const [link = ""] = links;
  const token = /#token=([0-9a-f]{32})$/.exec(link)?.[1] ?? "";
  const response = await handler(
    new Request(`${at}api/session`, {
      method: "POST",
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
      body: JSON.stringify({ token }),
    }),
  );
  const header = response.headers.get("set-cookie") ?? "";
  expect([response.status, links.length]).toEqual([204, 1]);
  return { handler, link, token, cookie: header.split(";")[0] ?? "" };
}

describe("without authorize", () => {
  it("the first request makes a token, whose link is told once", async () => {
    const { link, token } = await enter();
    expect(link).toBe(`${mount}#token=${token}`);
    expect((await enter()).token).not.toBe(token);
  });

  it("the token is traded for a cookie that scripts and other sites cannot use", async () => {
    const links: string[] = [];
    const handler = serveInspection(story(), { onLink: (link) => links.push(link) });
    await handler(new Request("https://localhost/a;b/"));
    const headers = { "content-type": "application/json", "sec-fetch-site": "same-origin" };
    const body = JSON.stringify({ token: links[0]?.split("=")[1] });
    const response = await handler(new Request("https://localhost/a;b/api/session", { method: "POST", headers, body }));
    expect(response.headers.get("set-cookie")).toMatch(
      /^edgewater-[0-9a-f]{8}=[0-9a-f]{32}; HttpOnly; SameSite=Strict; Path=\/a%3Bb\/; Secure$/,
    );
  });

  it("only the token and its cookie let somebody in", async () => {
    const { handler, token, cookie } = await enter();
    const status = async (headers: Record<string, string>) => (await handler(new Request(`${mount}api/snapshot`, { headers }))).status;
    expect(await status({ cookie })).toBe(200);
    expect(await status({ cookie: `other=1; ${cookie}; more=2` })).toBe(200);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
    const other = await enter();
    const wrong = [token.slice(1), `${token}0`, token.toUpperCase(), "", "undefined", other.token];
    for (const each of wrong) {
      expect([each, await status({ authorization: `Bearer ${each}` })]).toEqual([each, each === token ? 200 : 401]);
      expect([each, await status({ cookie: `${cookie.split("=")[0]}=${each}` })]).toEqual([each, 401]);
    }
    expect(await status({ cookie: other.cookie })).toBe(401);
    expect(await status({ cookie: `session=${token}` })).toBe(401);
  });

  it("a wrong token gets no cookie", async () => {
    const { handler } = await enter();
    const headers = { "content-type": "application/json", "sec-fetch-site": "same-origin" };
    for (const body of ['{"token":"wrong"}', '{"token":null}', "{}", "null", "[]", '{"token":""}']) {
      const response = await handler(new Request(`${mount}api/session`, { method: "POST", headers, body }));
      expect([body, response.status, response.headers.get("set-cookie")]).toEqual([body, 401, null]);
    }
  });

  it("where nothing can be written, every request is refused and told what to pass", async () => {
    // The tests run without a terminal.
    const handler = serveInspection(story(), {});
    for (const path of ["", "api/snapshot", "api/events"]) {
      const response = await handler(new Request(mount + path));
      expect([response.status, await response.json()]).toEqual([
        403,
        { error: { code: "PermissionDenied", message: expect.stringContaining("pass authorize, or onLink"), details: {} } },
      ]);
    }
  });

  it.each([
    ["localhost", 200],
    ["localhost:9999", 200],
    ["LOCALHOST", 200],
    ["app.localhost", 200],
    ["127.0.0.1:8787", 200],
    ["127.8.9.1", 200],
    ["[::1]:8787", 200],
    ["box.lan:1", 200],
    ["evil.example", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["127.evil.example", 403],
    ["0.0.0.0", 403],
    ["10.0.0.1", 403],
    ["[::2]", 403],
    ["box.lan.evil.example", 403],
    ["", 403],
  ])("the host %j is answered with %i", async (host, status) => {
    const { handler, cookie } = await enter({ hosts: ["box.lan"] });
    for (const path of ["api/snapshot", "api/events", ""]) {
      const controller = new AbortController();
      const response = await handler(new Request(mount + path, { headers: { host, cookie }, signal: controller.signal }));
      expect([path, response.status]).toEqual([path, path === "" && status === 200 ? 501 : status]);
      controller.abort();
      await response.body?.cancel();
    }
  });
});

describe("a request that does something", () => {
  const own = "http://localhost:8787";
  const json = "application/json";
  const rows: readonly (readonly [string, Record<string, string>, number])[] = [
    ["from the page", { "content-type": json, "sec-fetch-site": "same-origin", origin: own }, 200],
    ["from the page, with a charset", { "content-type": "Application/JSON; charset=utf-8", "sec-fetch-site": "same-origin" }, 200],
    ["from an old browser on the page", { "content-type": json, origin: own }, 200],
    ["from a program with an origin", { "content-type": json, origin: "http://localhost:8787" }, 200],
    ["from another site", { "content-type": json, "sec-fetch-site": "cross-site", origin: "https://evil.example" }, 403],
    ["from another site that claims nothing", { "content-type": json, "sec-fetch-site": "cross-site" }, 403],
    ["from another port", { "content-type": json, "sec-fetch-site": "same-site", origin: "http://localhost:1234" }, 403],
    ["typed by somebody", { "content-type": json, "sec-fetch-site": "none" }, 403],
    ["from another origin of an old browser", { "content-type": json, origin: "https://evil.example" }, 403],
    ["from a name that only begins alike", { "content-type": json, origin: "http://localhost:8787.evil.example" }, 403],
    ["from another port of an old browser", { "content-type": json, origin: "http://localhost:1234" }, 403],
    ["from a sandbox", { "content-type": json, origin: "null" }, 403],
    ["from a sandbox that says it is the page", { "content-type": json, origin: "null", "sec-fetch-site": "same-origin" }, 403],
    ["from nowhere", { "content-type": json }, 403],
    ["as a form", { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" }, 415],
    ["as text", { "content-type": "text/plain", "sec-fetch-site": "same-origin" }, 415],
    ["as a type that contains JSON", { "content-type": "text/plain; x=application/json", "sec-fetch-site": "same-origin" }, 415],
    ["without a type", { "sec-fetch-site": "same-origin" }, 415],
  ];
  it.each(rows)("%s is answered with its status", async (_, headers, status) => {
    const { handler, cookie } = await enter();
    const body = new TextEncoder().encode(JSON.stringify({ type: "materialize", selection: ["daily"] }));
    const send = (path: string, type: Record<string, string> = {}) =>
      handler(new Request(mount + path, { method: "POST", headers: { cookie, ...headers, ...type }, body }));
    expect((await send("api/plan")).status).toBe(status);
    // An import has its own type, and is not named here.
    const imported = await send("api/import", { "content-type": "application/x-ndjson" });
    expect(imported.status).toBe(status === 200 || status === 415 ? 403 : status);
    expect((await send("api/import")).status).toBe(status === 403 ? 403 : 415);
    // With authorize the rules are the same.
    const served = serveInspection(story(), { authorize: () => true, actions: ["materialize"] });
    expect((await served(new Request(`${mount}api/plan`, { method: "POST", headers, body }))).status).toBe(status);
  });

  it.each([
    ["cross-site", 403],
    ["same-site", 403],
    ["none", 200],
    ["same-origin", 200],
  ])("a look from %s is answered with %i", async (site, status) => {
    const { handler, cookie } = await enter();
    expect((await handler(new Request(`${mount}api/snapshot`, { headers: { cookie, "sec-fetch-site": site } }))).status).toBe(status);
  });

  it("gets no permission for other origins", async () => {
    const { handler, cookie } = await enter();
    const headers = { cookie, origin: "https://evil.example", "access-control-request-method": "POST" };
    const response = await handler(new Request(`${mount}api/act`, { method: "OPTIONS", headers }));
    expect(response.status).toBe(405);
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("options", () => {
  it.each([
    [{ value: "preview" }, "value"],
    [{ values: "all" }, "values"],
    [{ actions: ["materialise"] }, "actions"],
    [{ actions: "materialize" }, "actions"],
    [{ limits: { row: 5 } }, "limits.row"],
    [{ limits: { streams: 0 } }, "limits.streams"],
    [{ authorize: "everybody" }, "authorize"],
    [{ hosts: [""] }, "hosts"],
  ])("%j are refused", (options, field) => {
    expect(() => serveInspection(story(), options as never)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
  });
});
