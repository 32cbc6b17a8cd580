/** A repository full of secrets, each with a text of its own, and a walk over every route that looks for them. */
import {
  asset,
  BaseIOHandler,
  type InputContext,
  MemoryStore,
  MetadataValue,
  Output,
  type OutputContext,
  Repository,
  Storage,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import * as v from "valibot";

/** What no answer may have. */
export const canaries = {
  setting: "canary-of-a-setting",
  environment: "canary-of-the-environment",
  kv: "canary-of-the-kv-entries",
  signature: "canary-of-a-signed-url",
  password: "canary-of-a-password-in-a-url",
  stack: "canaryOfAStack",
  value: "canary-of-a-value",
  source: "canary-of-source-code",
  redacted: "canary-of-redacted-metadata",
} as const;

const signedUrl = `https://bucket.example/object?X-Amz-Date=1&X-Amz-Signature=${canaries.signature}&part=1`;

class SecretIOHandler extends BaseIOHandler.with(v.object({ token: v.string(), other: v.string() }), { envPrefix: "CANARY_" }) {
  readonly #inner = new SuperJsonIOHandler({ store: new MemoryStore() });

  async handleOutput(context: OutputContext, value: unknown): Promise<void> {
    await this.#inner.handleOutput(context, value);
  }

  async loadInput(context: InputContext): Promise<unknown> {
    return this.#inner.loadInput(context);
  }
}

export async function canaryRepository(): Promise<Repository> {
  const secret = asset({ name: "secret/one", codeVersion: "1" }, (_, { log }) => {
    log.info(`read ${signedUrl}`);
    const text = "canary-of-source-code".slice(0, 0);
    return Output(
      { token: `${text}${canaries.value}`, rows: [{ cell: canaries.value }] },
      {
        metadata: {
          link: MetadataValue.url(signedUrl),
          note: MetadataValue.text(`see https://ada:${canaries.password}@host.example/ and ${signedUrl}`),
          secret: MetadataValue.text(canaries.redacted),
          rows: 1,
        },
      },
    );
  });
  const failing = asset({ name: "failing" }, function canaryOfAStack(): never {
    throw new TypeError(`cannot read ${signedUrl}`);
  });
  const parts = asset({ name: "parts", partitions: staticPartitions(["a", "b c"]) }, () => canaries.value);
  const user = asset({ name: "user", inputs: { secret } }, ({ secret: value }) => value);
  const storage = Storage.memory();
  await storage.kvSet("canary", new TextEncoder().encode(canaries.kv));
  const repository = await Repository.open({
    assets: [secret, failing, parts, user],
    ioHandler: new SecretIOHandler({ token: canaries.setting }, { env: { CANARY_OTHER: canaries.environment } }),
    storage,
  });
  await repository.materialize({ selection: [secret, user, failing], raiseOnError: false });
  await repository.materialize({ selection: [parts], partitionKeys: ["a", "b c"] });
  await repository.materialize({ selection: [secret] });
  return repository;
}

/** Sends a request to a path below the mount. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Everything that the routes answer, by the path that was asked. */
export async function walk(send: Send): Promise<ReadonlyMap<string, { readonly status: number; readonly text: string }>> {
  const found = new Map<string, { readonly status: number; readonly text: string }>();
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await send(path, init);
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const text = await response.text();
    found.set(path, { status: response.status, text: `${headers}\n${text}` });
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  const post = (path: string, body: unknown): Promise<unknown> =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
      body: JSON.stringify(body),
    });
  const snapshot = (await ask("api/snapshot")) as { readonly nodes: readonly { readonly name: string }[] };
  for (const { name } of snapshot.nodes) {
    const path = `api/assets/${encodeURIComponent(name)}`;
    const view = (await ask(path)) as { readonly versions: readonly { readonly eventId: number }[] };
    const [newest, before] = view.versions;
    await ask(`${path}/why`);
    await ask(`${path}/preview`);
    await ask(`${path}/bytes`);
    if (newest !== undefined && before !== undefined) await ask(`${path}/diff?from=${before.eventId}&to=${newest.eventId}`);
  }
  await ask("api/assets/parts/partitions?measure=rows");
  await ask("api/assets/parts/partition-rows?from=0&to=2");
  await ask("api/assets/parts/preview?partition=b%20c");
  const runs = (await ask("api/runs")) as readonly { readonly runId: string }[];
  for (const { runId } of runs) {
    await ask(`api/runs/${runId}`);
    await ask(`api/runs/${runId}/logs`);
  }
  for (const path of ["api/automation", "api/objects", "api/storage", "api/export", "api/nothing", "", "ui/nothing.js"]) await ask(path);
  await ask("api/events", { headers: { accept: "application/json" } });
  for (const type of ["plan", "act"]) {
    await post(`api/${type}`, { type: "materialize", selection: ["failing"] });
    await post(`api/${type}`, { type: "format" });
  }
  await ask("api/import", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", "sec-fetch-site": "same-origin" },
    body: "{}",
  });
  return found;
}

/** The paths whose answers have one of these secrets. */
export function leaks(
  answers: Awaited<ReturnType<typeof walk>>,
  names: readonly (keyof typeof canaries)[] = Object.keys(canaries) as (keyof typeof canaries)[],
): readonly string[] {
  return [...answers].flatMap(([path, { text }]) =>
    names.filter((name) => text.includes(canaries[name])).map((name) => `${path}: ${name}`),
  );
}
