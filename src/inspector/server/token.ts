import { toHex } from "../../encoding/hex.ts";
import { Refusal } from "../../http/refusal.ts";
import { areEqual, bearerToken, secretDigest } from "../../http/secrets.ts";
import { terminal } from "../../runtime/node.ts";
import type { InspectorOptions } from "./options.ts";
import { checkHost } from "./origin.ts";

/**
 * Lets in who has the token of a handler without `authorize`: a link with the token is told once, and the page trades the token for a
 * cookie that no script can read.
 */
export class TokenGate {
  readonly #tell: ((link: string) => void) | undefined;
  readonly #hosts: readonly string[];
  /** The name of the cookie: servers on other ports of this machine share its cookies, so that each needs a name of its own. */
  #cookie = "";
  #token: string | undefined;

  constructor({ onLink, hosts = [] }: InspectorOptions) {
    const write = terminal();
    this.#tell = onLink ?? (write && ((link) => write(`Inspector: ${link}`)));
    this.#hosts = hosts;
  }

  /**
   * Checks the host, and makes and tells the token at the first request.
   *
   * @throws a refusal with `PermissionDenied` where there is nowhere to tell the token, and for a foreign host
   */
  enter(request: Request, mount: string): void {
    // Where there is no terminal no host helps: this is what to mend first.
    if (this.#tell === undefined) {
      const reason = "the inspector has no terminal to write a link with a token to; pass authorize, or onLink to send the link elsewhere";
      throw new Refusal("PermissionDenied", 403, reason);
    }
    checkHost(request, this.#hosts);
    if (this.#token !== undefined) return;
    this.#token = toHex(crypto.getRandomValues(new Uint8Array(16)));
    this.#cookie = `edgewater-${toHex(crypto.getRandomValues(new Uint8Array(4)))}`;
    const { protocol } = new URL(request.url);
    const host = request.headers.get("host") ?? new URL(request.url).host;
    this.#tell(`${protocol}//${host}${mount}#token=${this.#token}`);
  }

  /** @throws a refusal with `Unauthenticated` for a request without the token */
  async check(request: Request): Promise<void> {
    const cookies = (request.headers.get("cookie") ?? "").split(";").map((each) => each.trim().split("=", 2));
    const given = cookies.filter(([name]) => name === this.#cookie).map(([, value = ""]) => value);
    for (const each of [bearerToken(request), ...given]) if (await this.#isToken(each)) return;
    throw new Refusal("Unauthenticated", 401, "the token is missing or wrong; open the link that the inspector has written");
  }

  /**
   * The cookie for the token of a link.
   *
   * @throws a refusal with `Unauthenticated` for a wrong token
   */
  async trade(token: unknown, request: Request, mount: string): Promise<string> {
    if (typeof token !== "string" || !(await this.#isToken(token))) {
      throw new Refusal("Unauthenticated", 401, "the token is wrong; open the link that the inspector has written last");
    }
    const secure = new URL(request.url).protocol === "https:" ? "; Secure" : "";
    return `${this.#cookie}=${token}; HttpOnly; SameSite=Strict; Path=${mount.replaceAll(";", "%3B")}${secure}`;
  }

  async #isToken(given: string): Promise<boolean> {
    const [left, right] = await Promise.all([secretDigest(given), secretDigest(this.#token ?? "")]);
    return areEqual(left, right) && this.#token !== undefined;
  }
}
