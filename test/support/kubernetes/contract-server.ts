/**
 * A contract server of Kubernetes: no cluster, but the requests, refusals, watches and controllers that `edgewater/kubernetes` relies
 * on, as a real API server was seen to answer. The same cases run against a real one: `npm run kubernetes`.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startControllers } from "./controllers.ts";
import { type Refusal, refusalOf } from "./manifest-rules.ts";
import { type Plural, type Resource, Resources } from "./resources.ts";

/** An answer that a test puts in place of that of the server. */
export type Script = (request: {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}) => { readonly code: number; readonly headers?: Record<string, string>; readonly message?: string } | "hang up" | undefined;

/** What the server is like. */
export interface ContractOptions {
  /** The tokens that are accepted, each with the verbs and resources that it may use (`create jobs`); all unless given. */
  readonly tokens?: Map<string, readonly string[] | undefined>;
  /** Whether the server is of a version before 1.28, which does not know `podReplacementPolicy`. */
  readonly isOld?: boolean;
}

/** A running contract server. */
export class ContractServer implements AsyncDisposable {
  readonly resources = new Resources();
  /** The tokens that are accepted. Tests add and remove some. */
  readonly tokens: Map<string, readonly string[] | undefined>;
  /** What was asked for: `POST /apis/batch/v1/…`. */
  readonly asked: string[] = [];
  /** Answers in place of the server. */
  script: Script = () => undefined;
  readonly #isOld: boolean;
  readonly #stopControllers: () => void;
  #server: Server | undefined;
  #port = 0;

  private constructor({ tokens = new Map([["test-token", undefined]]), isOld = false }: ContractOptions) {
    this.tokens = tokens;
    this.#isOld = isOld;
    this.#stopControllers = startControllers(this.resources);
  }

  /** Starts a server on a free port. */
  static async start(options: ContractOptions = {}): Promise<ContractServer> {
    const server = new ContractServer(options);
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Begins to answer, also after it was away: on the same port, with the same objects. */
  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away: every connection is cut. The controllers go on. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopControllers();
    await this.down();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = request;
    const { pathname: path, searchParams: query } = new URL(request.url ?? "", this.url);
    this.asked.push(`${method} ${path}${query.size > 0 ? `?${query}` : ""}`);
    const scripted = this.script({ method, path, query });
    if (scripted === "hang up") return void request.socket.destroy();
    if (scripted !== undefined) {
      for (const [name, value] of Object.entries(scripted.headers ?? {})) response.setHeader(name, value);
      return refuse(response, { code: scripted.code, reason: "Scripted", message: scripted.message ?? "scripted" });
    }
    const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (!this.tokens.has(token)) return refuse(response, { code: 401, reason: "Unauthorized", message: "Unauthorized" });
    const match = path.match(/^\/(?:apis\/batch\/v1|api\/v1)(?:\/namespaces\/([^/]+))?\/(jobs|pods|configmaps)(?:\/([^/]+))?(\/status)?$/);
    if (match === null) return refuse(response, { code: 404, reason: "NotFound", message: `no such path: ${path}` });
    const [, namespace, plural, name] = match as unknown as [string, string | undefined, Plural, string | undefined];
    const verb = method === "GET" && name === undefined ? (query.get("watch") ? "watch" : "list") : verbs[method];
    const rights = this.tokens.get(token);
    if (rights !== undefined && !rights.includes(`${verb} ${plural}`)) {
      const message = `${plural} is forbidden: User "test" cannot ${verb} resource "${plural}" in the namespace "${namespace}"`;
      return refuse(response, { code: 403, reason: "Forbidden", message });
    }
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, { code: 400, reason: "BadRequest", message: "the body of the request is no JSON" });
    if (verb === "list") return this.#list(response, plural, namespace, query);
    if (verb === "watch") return this.#watch(response, plural, namespace, query);
    if (verb === "create") return this.#create(response, plural, namespace as string, query, body as unknown as Resource);
    const found = this.resources.get(plural, namespace as string, name as string);
    if (found === undefined) return refuse(response, { code: 404, reason: "NotFound", message: `${plural} "${name}" not found` });
    if (verb === "patch")
      return send(response, 200, this.resources.put(plural, { ...found, status: { ...found.status, ...(body["status"] as object) } }));
    if (verb === "delete") this.#delete(plural, found, body);
    send(response, 200, found);
  }

  #create(response: ServerResponse, plural: Plural, namespace: string, query: URLSearchParams, body: Resource): void {
    const problem = plural === "jobs" ? refusalOf(body, query.get("fieldValidation") === "Strict", this.#isOld) : undefined;
    const { name } = body.metadata;
    const exists = { code: 409, reason: "AlreadyExists", message: `${plural} "${name}" already exists` };
    const refusal = problem ?? (this.resources.get(plural, namespace, name) && exists);
    if (refusal !== undefined) {
      refuse(response, refusal);
      return;
    }
    const metadata = { ...body.metadata, namespace, uid: randomUUID(), creationTimestamp: new Date().toISOString() };
    const spec = plural === "jobs" ? { backoffLimit: 6, completions: 1, parallelism: 1, ...body.spec } : body.spec;
    send(response, 201, this.resources.put(plural, { ...body, metadata, ...(spec && { spec }) }));
  }

  /** Without a policy the pods of a Job stay, as those of the first version of Jobs do. */
  #delete(plural: Plural, found: Resource, { propagationPolicy, gracePeriodSeconds }: Record<string, unknown>): void {
    const isJob = plural === "jobs";
    if (isJob && propagationPolicy === undefined)
      for (const pod of this.resources.list("pods")) {
        const rest = pod.metadata.ownerReferences?.filter(({ uid }) => uid !== found.metadata.uid) ?? [];
        if (rest.length !== (pod.metadata.ownerReferences?.length ?? 0))
          this.resources.put("pods", { ...pod, metadata: { ...pod.metadata, ownerReferences: rest } });
      }
    const isRunning = plural === "pods" && (found.status?.["phase"] === "Running" || found.status?.["phase"] === "Pending");
    if (isRunning && gracePeriodSeconds !== 0)
      this.resources.put("pods", { ...found, metadata: { ...found.metadata, deletionTimestamp: new Date().toISOString() } });
    else this.resources.remove(plural, found);
  }

  #list(response: ServerResponse, plural: Plural, namespace: string | undefined, query: URLSearchParams): void {
    const all = this.resources.list(plural).filter((each) => isMeant(each, namespace, query));
    const limit = Number(query.get("limit") ?? 0) || all.length;
    const from = Number(query.get("continue") ?? 0);
    const rest = from + limit < all.length ? { continue: `${from + limit}` } : {};
    send(response, 200, {
      kind: "List",
      metadata: { resourceVersion: `${this.resources.version}`, ...rest },
      items: all.slice(from, from + limit),
    });
  }

  #watch(response: ServerResponse, plural: Plural, namespace: string | undefined, query: URLSearchParams): void {
    const version = query.get("resourceVersion");
    const tell = (type: string, object: object): void => void response.write(`${JSON.stringify({ type, object })}\n`);
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const before = version ? this.resources.since(Number(version)) : [];
    if (before === undefined) {
      tell("ERROR", { kind: "Status", code: 410, reason: "Expired", message: `too old resource version: ${version}` });
      return void response.end();
    }
    // Without a version the objects that there are come first.
    if (!version) for (const object of this.resources.list(plural)) if (isMeant(object, namespace, query)) tell("ADDED", object);
    for (const change of before) if (change.plural === plural && isMeant(change.object, namespace, query)) tell(change.type, change.object);
    const stop = this.resources.listen((change) => {
      if (change.plural === plural && isMeant(change.object, namespace, query)) tell(change.type, change.object);
    });
    const timer = setTimeout(() => response.end(), Number(query.get("timeoutSeconds") ?? 1800) * 1000);
    response.on("close", () => {
      stop();
      clearTimeout(timer);
    });
  }
}

const verbs: Readonly<Record<string, string>> = { GET: "get", POST: "create", DELETE: "delete", PATCH: "patch" };

function isMeant({ metadata }: Resource, namespace: string | undefined, query: URLSearchParams): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  const selectors = (query.get("labelSelector") ?? "").split(",").filter((each) => each !== "");
  return selectors.every((each) => {
    const [name = "", value] = each.split("=");
    return metadata.labels?.[name] === value;
  });
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, { code, reason, message }: Refusal): void {
  send(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, code });
}
