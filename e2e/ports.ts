/** Where the pages under test are served: `E2E_PORT` and the port after it, so that two clones can be tested at once. */
export const playgroundPort = Number(process.env["E2E_PORT"] ?? 5199);
export const inspectorPort = playgroundPort + 1;
