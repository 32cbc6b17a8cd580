/** What is read of the answers of the API server. */

/** A list of resources. */
export interface List<Resource> {
  readonly items: readonly Resource[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/** How a request failed. */
export interface Status {
  readonly message?: string;
}

/** A Job. */
export interface Job {
  readonly metadata: { readonly name: string; readonly uid: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** One thing that is known of a Job. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A pod. */
export interface Pod {
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly containerStatuses?: readonly { readonly state?: { readonly terminated?: Terminated } }[];
  };
}

/** How a container ended. */
interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
}

/** How a Job ended: its pod has ended with 0, or not; or there is no such Job any more. */
export type JobEnd = { readonly how: "complete" | "gone" } | { readonly how: "failed"; readonly reason: string; readonly message: string };

/** How a Job ended; undefined for one that has not. */
export function endOf({ status }: Job): JobEnd | undefined {
  const condition = status?.conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
  if (condition === undefined) return undefined;
  if (condition.type === "Complete") return { how: "complete" };
  return { how: "failed", reason: condition.reason ?? "Failed", message: condition.message ?? "" };
}
