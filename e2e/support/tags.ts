/** Tags of end-to-end tests, which `playwright.config.ts` selects by. */

/** The subject is what a browser does itself, such as focus, storage, offline, tabs and workers: `npm test` runs it in each browser. */
export const inEveryBrowser: { readonly tag: string } = { tag: "@browser" };
