import type { Call } from "../../call.ts";
import { errorOf, type ServiceErrors } from "../error-codes.ts";
import { unexpected } from "./answer.ts";
import { type TextOptions, textBody } from "./body.ts";
import { parseXml, textAt, type XmlElement } from "./xml.ts";

/** Which document an answer must be. */
export interface DocumentOptions extends TextOptions {
  /** Name of its root element. */
  readonly root: string;
  /** Whether an answer of nothing is as good as the document; it is then returned without children. */
  readonly mayBeEmpty?: boolean | undefined;
}

/** The statuses of errors that services report inside an answer with status 200; any other is 500. */
const statuses: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  InvalidArgument: 400,
  InvalidPart: 400,
  InvalidRequest: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  PreconditionFailed: 412,
};

/** The status that an error code inside an answer of success stands for. */
export function statusOfCode(code: string | undefined): number {
  return code !== undefined && Object.hasOwn(statuses, code) ? (statuses[code] ?? 500) : 500;
}

/**
 * Reads an answer of success as one whole XML document.
 *
 * @throws `Unavailable` for anything else: a document that is cut off, too large or late, HTML, nothing, or another document;
 * for an `<Error>`, which services also send with status 200, the error that it stands for
 */
export async function readDocument(call: Call, response: Response, options: DocumentOptions, service: ServiceErrors): Promise<XmlElement> {
  const text = await textBody(call, response, options);
  if (options.mayBeEmpty && text.trim() === "") return { name: options.root, attributes: "", children: [], text: "" };
  const document = parseXml(text);
  if (document?.name === options.root) return document;
  if (document?.name !== "Error") throw unexpected(call, `something else than a whole ${options.root} document`);
  const code = textAt(document, "Code");
  throw errorOf(statusOfCode(code), code, call, service);
}
