/** The Worker of the example, and a Durable Object whose own database the tests use. */
import { DurableObject } from "cloudflare:workers";

export { default } from "../../../examples/worker/src/index.ts";

export class Records extends DurableObject {}
