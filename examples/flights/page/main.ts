/** Reads the flights from an airport in a month: the files of the month, and of these the columns and row groups that it needs. */
import { DeltaTable } from "edgewater/delta";
import { servedFolder } from "./store.ts";

const element = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const [origin, month] = [element<HTMLInputElement>("origin"), element<HTMLSelectElement>("month")];
const [button, status, body] = [element<HTMLButtonElement>("read"), element("status"), element("rows")];

const traffic = { requests: 0, bytes: 0 };
const table = await DeltaTable.open(servedFolder(new URL("/lake", location.href).href, traffic), "flights");
const size = table.files().reduce((sum, file) => sum + file.size, 0);
const months = new Set(table.files().map(({ partitionValues }) => partitionValues["month"] ?? ""));
month.append(...[...months].sort().map((name) => new Option(name)));
show(`Version ${table.version}, ${megabytes(size)}`);
button.addEventListener("click", () => void read());

async function read(): Promise<void> {
  button.disabled = true;
  [traffic.requests, traffic.bytes] = [0, 0];
  const sums = new Map<string, { flights: number; delay: number }>();
  // Only three letters are a code of an airport, so they need no escaping.
  const code = origin.value.toUpperCase().replace(/[^A-Z]/g, "");
  const where = `month = '${month.value}' AND origin = '${code}'`;
  for await (const { columns, rowCount } of table.batches({ columns: ["destination", "delay"], where })) {
    const [destinations, delays] = columns as readonly ArrayLike<unknown>[];
    for (let row = 0; row < rowCount; row++) {
      const name = String(destinations?.[row]);
      const sum = sums.get(name) ?? { flights: 0, delay: 0 };
      sum.flights++;
      sum.delay += Number(delays?.[row]);
      sums.set(name, sum);
    }
  }
  const most = [...sums].sort(([, left], [, right]) => right.flights - left.flights).slice(0, 20);
  body.replaceChildren(...most.map(([name, { flights, delay }]) => rowOf(name, String(flights), (delay / flights).toFixed(1))));
  show(`Read ${megabytes(traffic.bytes)} of ${megabytes(size)} in ${traffic.requests} requests`);
  button.disabled = false;
}

function rowOf(...texts: readonly string[]): HTMLElement {
  const row = document.createElement("tr");
  for (const text of texts) row.append(Object.assign(document.createElement("td"), { textContent: text }));
  return row;
}

function show(text: string): void {
  status.textContent = text;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
