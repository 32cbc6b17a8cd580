/** The objects of a cluster, with their versions and their history, as etcd keeps them. */

/** An object of the cluster. */
export interface Resource {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { readonly kind: string; readonly name: string; readonly uid: string; readonly controller?: boolean }[];
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export type Plural = "jobs" | "pods" | "configmaps";

/** What happened to an object. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly plural: Plural;
  readonly object: Resource;
  readonly version: number;
}

/** All objects. */
export class Resources {
  readonly #objects = new Map<string, Resource>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  /** The version before the first one of the history. */
  #forgotten = 0;
  version = 0;

  get(plural: Plural, namespace: string, name: string): Resource | undefined {
    return this.#objects.get(`${plural}/${namespace}/${name}`);
  }

  list(plural: Plural): readonly Resource[] {
    return [...this.#objects].flatMap(([key, object]) => (key.startsWith(`${plural}/`) ? [object] : []));
  }

  /** Stores an object. */
  put(plural: Plural, object: Resource): Resource {
    const key = `${plural}/${object.metadata.namespace}/${object.metadata.name}`;
    const type = this.#objects.has(key) ? "MODIFIED" : "ADDED";
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: `${this.version + 1}` } };
    this.#objects.set(key, stored);
    this.#tell(type, plural, stored);
    return stored;
  }

  /** Removes an object, unless it was replaced by another of its name. */
  remove(plural: Plural, { metadata: { namespace, name, uid } }: Resource): void {
    const key = `${plural}/${namespace}/${name}`;
    const found = this.#objects.get(key);
    if (found === undefined || found.metadata.uid !== uid) return;
    this.#objects.delete(key);
    this.#tell("DELETED", plural, { ...found, metadata: { ...found.metadata, resourceVersion: `${this.version + 1}` } });
  }

  /** The changes after a version; undefined when it is too old. */
  since(version: number): readonly Change[] | undefined {
    return version < this.#forgotten ? undefined : this.#history.filter((change) => change.version > version);
  }

  /** Forgets the history, as etcd does every five minutes. */
  compact(): void {
    this.#history = [];
    this.#forgotten = this.version;
  }

  /** Calls a function with every change, until the returned one is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(type: Change["type"], plural: Plural, object: Resource): void {
    const change = { type, plural, object, version: ++this.version };
    this.#history.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}
