/** The little of Cloudflare's types that the tests use: the bindings of the test's Worker, and the Worker itself. */
declare module "cloudflare:workers" {
  export const env: {
    readonly ASSETS: import("edgewater/r2").R2BucketBinding;
    readonly VALUES: import("edgewater/kv").KVNamespaceBinding;
    readonly RECORDS: import("edgewater/d1").D1Binding;
    readonly RUN_RECORDS: import("edgewater/d1").D1Binding;
    readonly OBJECTS: DurableObjectNamespace;
    readonly RUNS: Workflow;
    readonly EARTHQUAKES: Workflow;
    readonly STEPS: import("edgewater/cloudflare").QueueBinding;
  };
  export const exports: { readonly default: { fetch(url: string, init?: RequestInit): Promise<Response> } };
  export class DurableObject<Env = unknown> {
    readonly env: Env;
    readonly ctx: { readonly storage: import("edgewater/durable-object").DurableObjectStorageBinding };
  }
  export abstract class WorkflowEntrypoint<Env = unknown> {
    readonly env: Env;
    abstract run(event: WorkflowEvent, step: WorkflowStep): Promise<unknown>;
  }
  export interface WorkflowEvent {
    readonly instanceId: string;
    readonly payload: unknown;
  }
  export type WorkflowStep = import("edgewater/cloudflare").WorkflowStepBinding;
  export interface Workflow {
    create(options: { readonly id: string; readonly params?: unknown }): Promise<WorkflowInstance>;
    get(id: string): Promise<WorkflowInstance>;
  }
  export interface WorkflowInstance {
    pause(): Promise<void>;
    resume(): Promise<void>;
    restart(): Promise<void>;
    terminate(): Promise<void>;
    status(): Promise<{ readonly status: string; readonly output?: unknown; readonly error?: unknown }>;
  }
  interface DurableObjectNamespace {
    getByName(name: string): DurableObjectStub;
  }
  interface DurableObjectStub {
    readonly name: string;
  }
}

declare module "cloudflare:test" {
  type Workflow = import("cloudflare:workers").Workflow;
  type QueueBatch = import("edgewater/cloudflare").QueueBatch;
  export interface WorkflowModifier {
    disableRetryDelays(): Promise<void>;
    mockStepError(step: { readonly name: string }, error: Error, times?: number): Promise<void>;
  }
  export interface WorkflowIntrospector extends AsyncDisposable {
    modify(change: (modifier: WorkflowModifier) => Promise<void>): Promise<unknown>;
    waitForStepResult(step: { readonly name: string }): Promise<unknown>;
    waitForStatus(status: string): Promise<void>;
    getError(): Promise<{ readonly name: string; readonly message: string }>;
  }
  export function introspectWorkflowInstance(workflow: Workflow, id: string): Promise<WorkflowIntrospector>;
  export function createMessageBatch(
    queue: string,
    messages: readonly { readonly id: string; readonly timestamp: Date; readonly attempts: number; readonly body: unknown }[],
  ): QueueBatch;
  export interface ExecutionContext {
    readonly waitUntil: (promise: Promise<unknown>) => void;
  }
  export function createExecutionContext(): ExecutionContext;
  export function getQueueResult(
    batch: QueueBatch,
    context: ExecutionContext,
  ): Promise<{
    readonly outcome: string;
    readonly ackAll: boolean;
    readonly retryBatch: { readonly retry: boolean };
    readonly explicitAcks: readonly string[];
    readonly retryMessages: readonly { readonly msgId: string; readonly delaySeconds?: number }[];
  }>;
  export function runInDurableObject<Value>(
    stub: import("cloudflare:workers").DurableObjectStub,
    work: (
      instance: unknown,
      state: { readonly storage: import("edgewater/durable-object").DurableObjectStorageBinding },
    ) => Promise<Value>,
  ): Promise<Value>;
}
