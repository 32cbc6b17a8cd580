/** Vite looks for `import.meta.env`, which programs without Vite do not have. */
const env = (import.meta as { readonly env?: Readonly<Record<string, string | undefined>> }).env;

/** How many rounds a random test plays: few in `npm test`, many in `npm run test:all`. Campaigns have more of their own. */
export const rounds = (few: number, many: number): number => (env?.["MODE"] === "all" ? many : few);
