/** What works on one value after the other, and forgets it in between. */
export interface Tool {
  clear(): void;
}

/**
 * Lends one tool again and again, or another one while it is in use: a getter of the value may serialize, too.
 *
 * Besides the memory, this keeps the code that an engine has compiled: V8 throws code away when the last object of a shape
 * that it was compiled for is collected.
 */
export function reuse<Lent extends Tool>(make: () => Lent): <Result>(work: (tool: Lent) => Result) => Result {
  let idle: Lent | undefined;
  return (work) => {
    const tool = idle ?? make();
    idle = undefined;
    try {
      return work(tool);
    } finally {
      tool.clear();
      idle = tool;
    }
  };
}

/**
 * How many turns a loop over a value takes in one call. Engines keep the compiled code of a function that is called often, but
 * compile a loop that goes on for long within one call, and forget its code with the value.
 */
export const run = 1000;
