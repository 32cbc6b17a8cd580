import { EdgewaterError } from "../../errors.ts";
import { notAllowed } from "./errors.ts";
import type { InspectorOptions, InspectorRight } from "./options.ts";

/** What one request may do. Every question is asked once. */
export class Rights {
  readonly #request: Request;
  readonly #options: InspectorOptions;
  readonly #answers = new Map<string, Promise<boolean>>();
  #actor: string | undefined;

  constructor(request: Request, options: InspectorOptions) {
    this.#request = request;
    this.#options = options;
  }

  /** Whether every asset may be seen, because nobody is asked. */
  get isWhole(): boolean {
    return this.#options.authorize === undefined;
  }

  /** Who sends the request, as far as `authorize` has said so. */
  get actor(): string | undefined {
    return this.#actor;
  }

  /** Whether the options allow it, and `authorize` too. */
  may(action: InspectorRight, asset?: string): Promise<boolean> {
    if (!this.#isNamed(action)) return Promise.resolve(false);
    const id = JSON.stringify([action, asset]);
    const known = this.#answers.get(id);
    if (known !== undefined) return known;
    const answer = this.#ask(action, asset);
    this.#answers.set(id, answer);
    return answer;
  }

  /** @throws `PermissionDenied` when it is not allowed */
  async require(action: InspectorRight, asset?: string): Promise<void> {
    if (!this.#isNamed(action))
      throw notAllowed(action, `name ${JSON.stringify(action)} in the options of the inspector to allow it`, asset);
    if (await this.may(action, asset)) return;
    throw notAllowed(asset === undefined ? action : `${action} ${JSON.stringify(asset)}`, "the credentials do not permit it", asset);
  }

  #isNamed(action: InspectorRight): boolean {
    const { values = "none", actions = [] } = this.#options;
    if (action === "view") return true;
    return action === "values" ? values === "preview" : actions.includes(action);
  }

  async #ask(action: InspectorRight, asset: string | undefined): Promise<boolean> {
    const { authorize } = this.#options;
    if (authorize === undefined) return true;
    const answer: unknown = await authorize(this.#request, { action, asset });
    if (typeof answer === "boolean") return answer;
    const actor = (answer as { readonly actor?: unknown } | null | undefined)?.actor;
    if (typeof actor !== "string") {
      const message = "authorize of the inspector returned something else than a boolean or { actor }";
      throw new EdgewaterError("DefinitionError", message, { field: "authorize" });
    }
    this.#actor = actor;
    return true;
  }
}
