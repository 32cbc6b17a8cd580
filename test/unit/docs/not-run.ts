/** The samples that are compiled and not run, each with the reason. The suites of `test/runtime` and `test/services` run such code. */

interface NotRun {
  readonly page: string;
  /** What the code has in it: every sample of the page, unless given. */
  readonly having?: string;
  readonly why: string;
}

export const notRun: readonly NotRun[] = [
  { page: "docs/backfills.md", having: "backfills.cancel(", why: "cancels a backfill of another process" },
  { page: "docs/browser.md", why: "needs a browser" },
  { page: "docs/certify-a-store.md", why: "declares tests of a test runner" },
  { page: "docs/executors/cloudflare.md", having: "cloudflare:workers", why: "needs a Worker" },
  { page: "docs/executors/dbos.md", why: "needs a database" },
  { page: "docs/executors/durable.md", why: "needs records that machines share" },
  { page: "docs/executors/index.md", having: "it.each(", why: "declares tests of a test runner" },
  { page: "docs/executors/index.md", having: "serveSteps(", why: "is the code of a worker" },
  { page: "docs/executors/kubernetes.md", why: "needs a cluster" },
  { page: "docs/executors/parallel.md", having: "my-worker.ts", why: "starts a worker from a file of the reader" },
  { page: "docs/executors/parallel.md", having: "serveSteps(", why: "is the code of a worker" },
  { page: "docs/executors/pg-boss.md", why: "needs a database" },
  { page: "docs/executors/restate.md", why: "listens on a port until it is ended" },
  { page: "docs/inspection.md", having: "inspection.events(", why: "follows events until it is aborted" },
  { page: "docs/inspector.md", having: "connectInspection(", why: "needs a server" },
  { page: "docs/records/durable-object.md", why: "needs a Worker" },
  { page: "docs/records/indexeddb.md", why: "needs a browser" },
  { page: "docs/records/postgres.md", why: "needs a database" },
  { page: "docs/records/remote.md", why: "needs a server" },
  { page: "docs/remote.md", having: "listen(8787)", why: "runs in remote.test.ts, on a port that is free" },
  { page: "docs/running.md", having: "repository.cancel(", why: "cancels a run of another process" },
  { page: "docs/settings.md", having: "import.meta.env", why: "needs Vite" },
  { page: "docs/settings.md", having: "?raw", why: "needs Vite" },
  { page: "docs/settings.md", having: '"zod"', why: "needs zod, which is not installed" },
  { page: "docs/storage.md", having: "postgres://", why: "needs a database" },
  { page: "docs/storage.md", having: "setRunOutcome(", why: "ends a run of another process" },
  { page: "docs/storage.md", having: "subscribe(", why: "follows events until it is aborted" },
  { page: "docs/stores/http.md", why: "needs a server" },
  { page: "docs/stores/wrappers.md", having: '"write-back"', why: "needs a browser" },
  { page: "docs/testing.md", having: "base.extend", why: "declares tests of a test runner" },
];
