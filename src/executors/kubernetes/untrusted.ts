/** Clusters whose certificate the runtime does not trust: most have an authority of their own. */
import { type EdgewaterError, thrownText } from "../../errors.ts";
import { type Call, failed } from "../../object-store/call.ts";
import { isDeno } from "../../runtime/node.ts";

const texts = /UNABLE_TO_|SELF_SIGNED|UnknownIssuer|self.signed certificate|unable to (?:get|verify)/i;

/** The error of a server whose certificate is not trusted, which no retry mends; undefined for any other error. */
export function untrusted(call: Call, error: unknown): EdgewaterError<"SettingsError"> | undefined {
  for (let [each, depth] = [error, 0]; typeof each === "object" && each !== null && depth < 5; depth++) {
    const { code, cause } = each as { readonly code?: unknown; readonly cause?: unknown };
    if (texts.test(`${code} ${thrownText(each)}`)) {
      const variable = isDeno() ? "DENO_CERT" : "NODE_EXTRA_CA_CERTS";
      const reason = `the certificate of the API server is not trusted; start the process with ${variable} set to the file of the authority, in a pod /var/run/secrets/kubernetes.io/serviceaccount/ca.crt, or pass a fetch that trusts it`;
      return failed(call, "SettingsError", reason, { cause: error });
    }
    each = cause;
  }
  return undefined;
}
