/** The program of a pod that makes a step of a place. */
import { serveStep } from "edgewater/kubernetes";
import { type EnginePlace, openEnginePlace } from "./engine-run.ts";

const place = JSON.parse(process.env["BENCH_PLACE"] ?? "") as EnginePlace;
await serveStep(() => openEnginePlace(place));
