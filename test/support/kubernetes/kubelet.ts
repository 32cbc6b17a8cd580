/**
 * A kubelet without containers, over any API server: pods become child processes. Their images are ignored. It does with variables what
 * a kubelet does, and ends a pod as one does: SIGTERM, and SIGKILL after the grace.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

interface Pod {
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly containers: readonly [
      {
        readonly name: string;
        readonly command: readonly string[];
        readonly env?: readonly { readonly name: string; readonly value?: string }[];
      },
    ];
  };
  readonly status: { readonly phase: string };
}

/** How a pod is said to have ended, in place of the code of its process. */
export interface End {
  readonly exitCode?: number;
  readonly reason?: string;
  /** The reason and message of the pod, not of its container. */
  readonly pod?: { readonly reason: string; readonly message: string };
}

/** A kubelet of one namespace. */
export interface KubeletOptions {
  readonly server: string;
  readonly token: string;
  readonly namespace: string;
  /** Variables of every container, besides those of its pod. */
  readonly env?: Readonly<Record<string, string>>;
  /** The time between SIGTERM and SIGKILL, in milliseconds. */
  readonly graceMs?: number;
}

/** Runs the pods of a namespace. */
export class Kubelet implements AsyncDisposable {
  readonly #options: KubeletOptions;
  readonly #stop = new AbortController();
  readonly #children = new Map<string, ChildProcess>();
  readonly #ends = new Map<string, End>();
  readonly #working: Promise<void>;
  /** How many pods have started. */
  started = 0;
  /** Whether pods stay pending, as they do without a free node. */
  isFull = false;
  #waiting: Pod[] = [];

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#working = this.#work();
  }

  /** The uids of the pods whose processes run. */
  get running(): readonly string[] {
    return [...this.#children.keys()];
  }

  /** Kills the process of a pod, and says how it ended. */
  kill(uid: string, end: End = {}): void {
    this.#ends.set(uid, end);
    this.#children.get(uid)?.kill("SIGKILL");
  }

  /** Ends every process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const children = [...this.#children.values()];
    for (const child of children) child.kill("SIGKILL");
    await this.#working;
    await Promise.all(
      children.map((child) =>
        child.exitCode === null && child.signalCode === null ? new Promise((resolve) => child.once("exit", resolve)) : undefined,
      ),
    );
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const response = await this.#call(`/api/v1/namespaces/${this.#options.namespace}/pods?watch=1&timeoutSeconds=600`, { signal });
        if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
        let rest = "";
        for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
          const lines = (rest + chunk).split("\n");
          rest = lines.pop() as string;
          for (const line of lines) {
            const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Pod };
            if (type !== "ERROR") this.#see(type, object);
          }
        }
      } catch {
        // The server is away: the next watch begins with all pods.
        await sleep(100, undefined, { signal }).catch(() => {});
      }
    }
  }

  #see(type: string, pod: Pod): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (type === "DELETED") return void this.#children.get(uid)?.kill("SIGKILL");
    if (deletionTimestamp !== undefined) return void this.#terminate(pod);
    if (pod.status.phase !== "Pending" || this.#children.has(uid)) return;
    if (this.isFull) this.#waiting.push(pod);
    else this.#start(pod);
  }

  /** Starts the pods that wait for a node. */
  makeRoom(): void {
    this.isFull = false;
    for (const pod of this.#waiting.splice(0)) this.#start(pod);
  }

  #start(pod: Pod): void {
    const { uid } = pod.metadata;
    const [{ command, env = [] }] = pod.spec.containers;
    const own: Record<string, string> = {};
    for (const { name, value = "" } of env) own[name] = expanded(value, own);
    const [program = "", ...args] = command;
    const { PATH = "", HOME = "", NODE_COMPILE_CACHE = "" } = process.env;
    const child = spawn(program, args, {
      env: { PATH, HOME, NODE_COMPILE_CACHE, ...this.#options.env, ...own },
      // The pod ends with its kubelet, whose process may be killed: then its input is closed.
      stdio: ["pipe", "inherit", "inherit"],
    });
    this.started++;
    this.#children.set(uid, child);
    const running = this.#report(pod, "Running", { running: { startedAt: new Date().toISOString() } });
    child.on("error", () => this.#ended(pod, 128, running));
    child.on("exit", (code, signal) => this.#ended(pod, code ?? (signal === "SIGTERM" ? 143 : 137), running));
  }

  async #ended(pod: Pod, code: number, running: Promise<void>): Promise<void> {
    const { uid } = pod.metadata;
    await running;
    this.#children.delete(uid);
    if (this.#stop.signal.aborted) return;
    const { exitCode = code, reason = exitCode === 0 ? "Completed" : "Error", pod: whole } = this.#ends.get(uid) ?? {};
    const terminated = { exitCode, reason, finishedAt: new Date().toISOString() };
    await this.#report(pod, exitCode === 0 ? "Succeeded" : "Failed", { terminated }, whole);
  }

  async #terminate(pod: Pod): Promise<void> {
    const { uid, name, namespace } = pod.metadata;
    const child = this.#children.get(uid);
    child?.kill("SIGTERM");
    const { signal } = this.#stop;
    for (let waited = 0; child !== undefined && child.exitCode === null && child.signalCode === null && !signal.aborted; waited += 20) {
      if (waited > (this.#options.graceMs ?? 1000)) child.kill("SIGKILL");
      await sleep(20);
    }
    const init = { method: "DELETE", body: JSON.stringify({ gracePeriodSeconds: 0 }), headers: { "content-type": "application/json" } };
    await this.#call(`/api/v1/namespaces/${namespace}/pods/${name}`, init).catch(() => {});
  }

  /** Reports how a pod is. A server that is away is told later. */
  async #report(pod: Pod, phase: string, state: object, whole?: End["pod"]): Promise<void> {
    const { name, namespace } = pod.metadata;
    const [container] = pod.spec.containers;
    const containerStatuses = [
      { name: container.name, image: "none", imageID: "none", ready: phase === "Running", restartCount: 0, state },
    ];
    const body = JSON.stringify({ status: { phase, startTime: new Date().toISOString(), containerStatuses, ...whole } });
    const headers = { "content-type": "application/strategic-merge-patch+json" };
    while (!this.#stop.signal.aborted) {
      try {
        await this.#call(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { method: "PATCH", body, headers });
        return;
      } catch {
        await sleep(100);
      }
    }
  }

  async #call(path: string, init: RequestInit): Promise<Response> {
    const { server, token } = this.#options;
    const response = await fetch(server + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
    if (response.status >= 500) throw new Error(`HTTP status ${response.status}`);
    return response;
  }
}

/** The value of a variable, as a kubelet makes it: `$(NAME)` is that of a variable before it, and `$$` is `$`. */
function expanded(value: string, before: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\(([^)]+)\)/g, (all, name: string | undefined) => (name === undefined ? "$" : (before[name] ?? all)));
}
