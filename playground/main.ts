/** The playground: runs the pipeline of the demo in a page and keeps its values in the browser. */
import "edgewater/polyfill";
import { isEdgewaterError, type ObjectStore, type ProgressEvent, Repository, SuperJsonIOHandler } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { assets, daily, strong, tasks } from "../examples/earthquakes/pipeline.ts";
import { dataVersions } from "../examples/earthquakes/versions.ts";
import { drawChart } from "./chart.ts";
import { element, fillTable } from "./dom.ts";

const prefix = "earthquakes";
const storeChoice = element("store", HTMLSelectElement);
const status = element("status", HTMLOutputElement);
const progress = element("progress", HTMLProgressElement);

function chosenStore(): ObjectStore {
  return storeChoice.value === "opfs" ? new OPFSStore("playground") : new IndexedDBStore("playground");
}

function openRepository(store: ObjectStore): Promise<Repository> {
  return Repository.open({ assets, tasks, ioHandler: new SuperJsonIOHandler({ store, prefix }) });
}

async function materialize(): Promise<void> {
  const store = chosenStore();
  await using repository = await openRepository(store);
  await repository.materialize({ onProgress: showProgress });
  await show(store, repository, await dataVersions(repository));
  status.value = `Materialized into ${store.name}`;
}

/** Shows what an earlier visit stored. */
async function loadBack(): Promise<void> {
  const store = chosenStore();
  await using repository = await openRepository(store);
  try {
    await show(store, repository, {});
    status.value = `Loaded back from ${store.name}`;
  } catch (error) {
    if (!isEdgewaterError(error, "NotFound")) throw error;
    status.value = `Nothing in ${store.name} yet: materialize it`;
  }
}

async function show(store: ObjectStore, repository: Repository, versions: Readonly<Record<string, string>>): Promise<void> {
  const [rows, days] = await Promise.all([repository.load(strong), repository.load(daily)]);
  fillTable(
    "rows",
    rows.map(({ at, magnitude, depthKm, place }) => [at.toISOString(), magnitude.toFixed(1), `${depthKm} km`, place]),
  );
  element("chart", HTMLElement).replaceChildren(drawChart([...days].map(([date, { count }]) => ({ label: date.slice(5), value: count }))));
  const objects: string[][] = [];
  for await (const { key, size, lastModified } of store.list(prefix)) {
    const name = repository.nodes.find((node) => key === `${prefix}/${node.name}.superjson`)?.name ?? "";
    objects.push([name, key, String(size), lastModified?.toISOString() ?? "", versions[name] ?? ""]);
  }
  fillTable("objects", objects);
}

let done = 0;
function showProgress(event: ProgressEvent): void {
  if (event.type === "run-start") {
    done = 0;
    progress.max = event.steps.length;
  }
  if (event.type === "step-start") status.value = `Materializing ${event.step}`;
  if (event.type === "step-success") done++;
  progress.value = done;
}

/** Shows an error in the page, and reports it to the console too. */
function run(work: () => Promise<void>): void {
  status.value = "Working";
  work().catch((error: unknown) => {
    status.value = error instanceof Error ? error.message : String(error);
    reportError(error);
  });
}

element("controls", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  run(materialize);
});
storeChoice.value = localStorage.getItem("store") ?? "indexeddb";
storeChoice.addEventListener("change", () => {
  localStorage.setItem("store", storeChoice.value);
  run(loadBack);
});
run(loadBack);
