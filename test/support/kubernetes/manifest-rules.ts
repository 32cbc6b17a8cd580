/** What an API server accepts of a Job: the refusals that a real one (1.20) was seen to make, with their codes. */
import { Job } from "kubernetes-models/batch/v1/Job";
import { unknownFields } from "./property-names.ts";
import type { Resource } from "./resources.ts";

/** A refusal of the server. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

const invalid = (field: string, what: string): Refusal => ({ code: 422, reason: "Invalid", message: `Job is invalid: ${field}: ${what}` });
const bad = (message: string): Refusal => ({ code: 400, reason: "BadRequest", message });

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const mostAnnotationBytes = 262_144;

/** Fields that a server of an earlier version does not have. */
const newFields = ["spec.podReplacementPolicy"];

/**
 * Checks a Job.
 *
 * @param isStrict whether an unknown field is refused, and not dropped
 * @param isOld whether the server is of a version before 1.28
 */
export function refusalOf(job: Resource, isStrict: boolean, isOld: boolean): Refusal | undefined {
  const unknown = [
    ...unknownFields(job, "kubernetes-models/batch/v1/Job.d.ts"),
    ...(isOld ? newFields.filter((path) => has(job, path)) : []),
  ];
  const alien = unknown.filter((path) => path !== "apiVersion" && path !== "kind");
  if (isStrict && alien.length > 0)
    return bad(
      `Job in version "v1" cannot be handled as a Job: strict decoding error: ${alien.map((path) => `unknown field "${path}"`).join(", ")}`,
    );
  const { name, labels = {}, annotations = {}, ownerReferences = [] } = job.metadata;
  if (name === undefined || !subdomain.test(name) || name.length > 63)
    return invalid("metadata.name", `Invalid value: "${name}": a DNS-1123 subdomain of at most 63 characters`);
  const [label] = Object.entries(labels).filter(([, value]) => value.length > 63 || !labelValue.test(value));
  if (label) return invalid("metadata.labels", `Invalid value: "${label[1]}": a valid label must be at most 63 alphanumeric characters`);
  if (Buffer.byteLength(JSON.stringify(annotations)) > mostAnnotationBytes)
    return invalid("metadata.annotations", `Too long: must have at most ${mostAnnotationBytes} bytes`);
  if (ownerReferences.some(({ uid }) => !uid)) return invalid("metadata.ownerReferences.uid", 'Invalid value: "": uid must not be empty');
  const spec = job.spec as { readonly backoffLimit?: number; readonly template?: { readonly spec?: PodSpec } };
  const env = spec.template?.spec?.containers?.flatMap(({ env = [] }) => env) ?? [];
  if (env.some(({ value }) => value !== undefined && typeof value !== "string"))
    return bad("json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string");
  if ((spec.backoffLimit ?? 0) < 0) return invalid("spec.backoffLimit", "Invalid value: must be greater than or equal to 0");
  if (!["Never", "OnFailure"].includes(spec.template?.spec?.restartPolicy ?? "Always"))
    return invalid("spec.template.spec.restartPolicy", 'Unsupported value: supported values: "OnFailure", "Never"');
  if (!spec.template?.spec?.containers?.every(({ image }) => image))
    return invalid("spec.template.spec.containers[0].image", "Required value");
  try {
    new Job(job as never).validate();
  } catch (error) {
    return bad((error as Error).message);
  }
  return undefined;
}

interface PodSpec {
  readonly restartPolicy?: string;
  readonly containers?: readonly { readonly image?: string; readonly env?: readonly { readonly value?: unknown }[] }[];
}

function has(value: object, path: string): boolean {
  return path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], value) !== undefined;
}
