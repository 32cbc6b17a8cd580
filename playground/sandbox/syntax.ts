/** An error of syntax in the text of a function. */
export interface SyntaxProblem {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** How long the parser may take, in milliseconds. */
const timeLimitMs = 5000;

/** The first error of syntax in a text; undefined for correct text. */
export async function syntaxProblem(text: string): Promise<SyntaxProblem | undefined> {
  const worker = new Worker(new URL("./syntax-worker.ts", import.meta.url));
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<SyntaxProblem | undefined>) =>
        resolve(data && { ...data, message: data.message.replace(/^(?:Uncaught )?(?:SyntaxError: )?/, "") });
      worker.onerror = () => reject(new Error("The check of the syntax could not be started; reload the page"));
      timer = setTimeout(() => reject(new Error("The check of the syntax took too long")), timeLimitMs);
      worker.postMessage(text);
    });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
