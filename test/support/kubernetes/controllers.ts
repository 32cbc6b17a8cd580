/** The controllers of a cluster: of Jobs, and of what is owned by something that is gone. */
import { randomUUID } from "node:crypto";
import type { Plural, Resource, Resources } from "./resources.ts";

interface JobSpec {
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly template: { readonly metadata?: Resource["metadata"]; readonly spec: Record<string, unknown> };
}

const specOf = (job: Resource): JobSpec => job.spec as unknown as JobSpec;
const phaseOf = (pod: Resource): unknown => pod.status?.["phase"];
const hasEnded = (job: Resource): boolean => ((job.status?.["conditions"] as readonly unknown[] | undefined) ?? []).length > 0;

/** Runs the controllers until the returned function is called. */
export function startControllers(resources: Resources): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const later = (seconds: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, seconds * 1000);
    timers.add(timer);
  };
  const current = ({ metadata: { namespace = "", name, uid } }: Resource): Resource | undefined => {
    const found = resources.get("jobs", namespace, name);
    return found?.metadata.uid === uid ? found : undefined;
  };

  const end = (job: Resource, type: "Complete" | "Failed", reason?: string, message?: string): void => {
    const found = current(job);
    if (found === undefined || hasEnded(found)) return;
    const condition = { type, status: "True", ...(reason && { reason, message }), lastTransitionTime: new Date().toISOString() };
    resources.put("jobs", { ...found, status: { ...found.status, active: 0, conditions: [condition] } });
    const { ttlSecondsAfterFinished: ttl } = specOf(job);
    if (ttl !== undefined)
      later(ttl, () => {
        const left = current(job);
        if (left !== undefined) resources.remove("jobs", left);
      });
  };

  const begin = (job: Resource): void => {
    const { namespace = "", name, uid = "" } = job.metadata;
    const { template, activeDeadlineSeconds } = specOf(job);
    resources.put("jobs", { ...job, status: { active: 1, startTime: new Date().toISOString() } });
    resources.put("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...template.metadata,
        name: `${name}-${randomUUID().slice(0, 5)}`,
        namespace,
        uid: randomUUID(),
        labels: { ...template.metadata?.labels, "job-name": name, "controller-uid": uid },
        ownerReferences: [{ kind: "Job", name, uid, controller: true }],
      },
      spec: template.spec,
      status: { phase: "Pending" },
    });
    if (activeDeadlineSeconds !== undefined)
      later(activeDeadlineSeconds, () => {
        const found = current(job);
        if (found === undefined || hasEnded(found)) return;
        end(job, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        // The pod goes at once, with how its container ended.
        for (const pod of podsOf(uid)) if (phaseOf(pod) !== "Succeeded") terminate(pod);
      });
  };

  const podsOf = (uid: string): readonly Resource[] =>
    resources.list("pods").filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));

  const terminate = (pod: Resource): void => {
    const found = resources.get("pods", pod.metadata.namespace ?? "", pod.metadata.name);
    if (found === undefined || found.metadata.uid !== pod.metadata.uid) return;
    if (phaseOf(pod) === "Succeeded" || phaseOf(pod) === "Failed") resources.remove("pods", pod);
    // The kubelet ends its container, and removes it then.
    else resources.put("pods", { ...found, metadata: { ...found.metadata, deletionTimestamp: new Date().toISOString() } });
  };

  /** Whether the owner of an object is gone, or was never there. */
  const isOrphan = ({ metadata: { namespace = "", ownerReferences = [] } }: Resource): boolean =>
    ownerReferences.length > 0 &&
    ownerReferences.every(
      ({ kind, name, uid }) => resources.get(`${kind.toLowerCase()}s` as Plural, namespace, name)?.metadata.uid !== uid,
    );

  /** Removes what the object has owned. */
  const collect = ({ metadata: { uid } }: Resource): void => {
    for (const plural of ["jobs", "pods"] as const) {
      for (const object of resources.list(plural)) {
        if (!object.metadata.ownerReferences?.some((owner) => owner.uid === uid)) continue;
        if (plural === "pods") terminate(object);
        else resources.remove(plural, object);
      }
    }
  };

  const stop = resources.listen(({ type, plural, object }) => {
    // Controllers see a change after the request that made it.
    setImmediate(() => {
      if (type === "DELETED") collect(object);
      if (type === "ADDED" && isOrphan(object)) resources.remove(plural, object);
      if (plural === "jobs" && type === "ADDED" && current(object) !== undefined) begin(object);
      if (plural !== "pods") return;
      const [owner] = object.metadata.ownerReferences ?? [];
      const job = owner && resources.get("jobs", object.metadata.namespace ?? "", owner.name);
      if (job === undefined || job.metadata.uid !== owner?.uid) return;
      if (phaseOf(object) === "Succeeded") end(job, "Complete");
      else if (phaseOf(object) === "Failed") end(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
      // With this policy a pod that was deleted counts as failed.
      else if (type === "DELETED") end(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    });
  });
  return () => {
    stop();
    for (const timer of timers) clearTimeout(timer);
  };
}
