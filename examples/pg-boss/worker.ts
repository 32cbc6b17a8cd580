/** A worker process: makes steps until its standard input is closed. */
import { once } from "node:events";
import { openRepository, openSteps, type Place } from "./pipeline.ts";

const place = JSON.parse(process.argv[2] ?? "") as Place;
const { boss, work } = await openSteps(place);
await using repository = await openRepository(place);
await using worker = await work(repository, { concurrency: 2 });
console.log("ready");
await once(process.stdin.resume(), "end");
await worker.close();
await repository.close();
await boss.stop();
