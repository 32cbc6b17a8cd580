/** Who may do what. */
import { type Access, bearer } from "edgewater/remote";
import { type Env, settingsOf } from "./env.ts";
import { Refusal } from "./refusal.ts";

/** What a request may do by its token. The time of the comparison tells nothing about the tokens. */
export async function accessOf(request: Request, env: Env): Promise<Access> {
  const { TOKEN, READ_TOKEN } = settingsOf(env);
  return bearer({ write: TOKEN, ...(READ_TOKEN !== undefined && { read: READ_TOKEN }) })(request);
}

/** @throws a refusal of a request whose token does not permit this */
export async function demand(access: "read" | "write", request: Request, env: Env): Promise<void> {
  const granted = await accessOf(request, env);
  if (granted === "none") throw new Refusal(401, "The token is missing or wrong", { "www-authenticate": "Bearer" });
  if (access === "write" && granted !== "write") throw new Refusal(403, "This token permits reading only");
}

/** The request with the password of `Authorization: Basic` as a bearer token: browsers ask for a password, and know no tokens. */
export function withPasswordAsToken(request: Request): Request {
  const [, encoded = ""] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (encoded === "") return request;
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${passwordOf(encoded)}`);
  return new Request(request, { headers });
}

/** The password of credentials; empty for text that is no base64 or has characters that no token has. */
function passwordOf(encoded: string): string {
  try {
    return /^[^:]*:([\x21-\x7e]+)$/.exec(atob(encoded))?.[1] ?? "";
  } catch {
    return "";
  }
}
