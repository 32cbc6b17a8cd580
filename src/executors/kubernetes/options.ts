import { EdgewaterError } from "../../errors.ts";
import {
  aFunction,
  aName,
  anArray,
  anyValue,
  aPlainObject,
  aString,
  aURL,
  checkOptions,
  either,
  type OptionKind,
  type OptionKinds,
  objectOf,
  required,
  stringRecord,
  wholeNumber,
} from "../../options.ts";
import { checkRetryPolicy, type RetryPolicy } from "../../retry.ts";

/** The object that owns the Jobs: the cluster deletes them with it. */
export interface OwnerReference {
  /** Its version: `v1` of a Pod, `batch/v1` of a Job. */
  readonly apiVersion: string;
  /** Its kind: `Pod`, `Job`. */
  readonly kind: string;
  /** Its name. It is in the namespace of the Jobs. */
  readonly name: string;
  /** Its UID. */
  readonly uid: string;
}

/** Options of {@link kubernetes}. */
export interface KubernetesOptions {
  /** The image of the container that makes a step: a program that ends with `serveStep`. */
  readonly image: string;
  /** The command of the container: `["node", "step.ts"]`. */
  readonly command: readonly string[];
  /** The namespace of the Jobs; in a pod its own, elsewhere `default`, unless given. */
  readonly namespace?: string | undefined;
  /** The URL of the API server; in a pod that of its cluster unless given. */
  readonly server?: string | URL | undefined;
  /**
   * The bearer token, or a function that returns it and is called for every request, because tokens of service accounts are replaced
   * every hour. In a pod that of its service account, unless a server is given.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Sends the requests; the runtime's `fetch` unless given. A `fetch` of your own can trust the certificate of a cluster. */
  readonly fetch?: typeof fetch | undefined;
  /** The object that owns the Jobs, such as the Job of this process. Without it, the Jobs of a run whose process is gone stay until they end. */
  readonly owner?: OwnerReference | undefined;
  /** What the container requests and may use: `{ requests: { cpu: "1" }, limits: { memory: "2Gi" } }`. */
  readonly resources?: object | undefined;
  /** More of the container, as in a manifest: `env`, `envFrom`, `volumeMounts`, `imagePullPolicy`. */
  readonly container?: object | undefined;
  /** More of the pod, as in a manifest: `serviceAccountName`, `nodeSelector`, `volumes`, `imagePullSecrets`. */
  readonly pod?: object | undefined;
  /** More labels of the Jobs and their pods. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** More annotations of the Jobs and their pods. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /**
   * The seconds that a Job has for a step with all its retries, with the wait for a node and for the image; no limit unless given. Set
   * it above the `timeoutMs` of the step: a Job that takes longer is ended, and the step fails with `Timeout`.
   */
  readonly deadlineSeconds?: number | undefined;
  /** The seconds for which an ended Job is kept, with its log; 600 unless given. */
  readonly keepSeconds?: number | undefined;
  /** The most Jobs that are under way at the same time; 20 unless given. */
  readonly maxConcurrency?: number | undefined;
  /** How requests to the API server are retried; for ten minutes, with waits of up to ten seconds, unless given. */
  readonly retry?: RetryPolicy | undefined;
}

const owner = "kubernetes";

const aCommand: OptionKind = {
  expected: 'an array of one or more strings, such as ["node", "step.ts"]',
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string"),
};

/** A name as DNS has it. */
const aNamespace: OptionKind = {
  expected: "a name of up to 63 small letters, digits and hyphens",
  accepts: (value) => typeof value === "string" && /^(?=.{1,63}$)[a-z0-9]+(-+[a-z0-9]+)*$/.test(value),
};

const aServer: OptionKind = {
  expected: 'an http or https URL, such as "https://10.0.0.1:6443"',
  accepts: (value) => aURL.accepts(value) && URL.canParse(`${value}`) && /^https?:$/.test(new URL(`${value}`).protocol),
};

const seconds = wholeNumber(1);

const kinds: OptionKinds<KubernetesOptions> = {
  image: required(aName),
  command: required(aCommand),
  namespace: aNamespace,
  server: aServer,
  token: either(aString, aFunction),
  fetch: aFunction,
  owner: objectOf<OwnerReference>({ apiVersion: required(aName), kind: required(aName), name: required(aName), uid: required(aName) }),
  resources: aPlainObject,
  container: aPlainObject,
  pod: aPlainObject,
  labels: stringRecord,
  annotations: stringRecord,
  deadlineSeconds: seconds,
  keepSeconds: wholeNumber(0),
  maxConcurrency: seconds,
  retry: anyValue,
};

/** What an option sets, by the fields of the manifest in which it would be lost. */
const setElsewhere: Readonly<Record<"container" | "pod", Readonly<Record<string, string>>>> = {
  container: {
    name: 'the container is named "step"',
    image: "pass image",
    command: "pass command",
    resources: "pass resources",
  },
  pod: {
    containers: "pass container with the fields of the one container",
    restartPolicy: "a Job of a step never restarts its pod",
    activeDeadlineSeconds: "pass deadlineSeconds",
  },
};

/** Checks the options. @throws `SettingsError` */
export function checkKubernetesOptions(options: KubernetesOptions): void {
  checkOptions(owner, options, kinds);
  checkRetryPolicy(options.retry, owner, "SettingsError");
  for (const part of ["container", "pod"] as const) {
    for (const field of Object.keys(options[part] ?? {})) {
      const remedy = Object.hasOwn(setElsewhere[part], field) ? setElsewhere[part][field] : undefined;
      if (remedy !== undefined) throw wrongField(`${part}.${field}`, `it cannot be set there; ${remedy}`);
    }
  }
  const { env } = (options.container ?? {}) as { readonly env?: unknown };
  if (env === undefined) return;
  if (!anArray.accepts(env)) throw wrongField("container.env", 'expected an array of variables, such as [{ name: "A", value: "1" }]');
  if ((env as readonly { readonly name?: unknown }[]).some((each) => each?.name === stepVariable))
    throw wrongField("container.env", `${stepVariable} holds the step; choose another name`);
}

/** The variable of a container that holds the request of its step. */
export const stepVariable = "EDGEWATER_STEP";

function wrongField(field: string, reason: string): EdgewaterError<"SettingsError"> {
  return new EdgewaterError("SettingsError", `Invalid ${field} of ${owner}: ${reason}`, { field });
}
