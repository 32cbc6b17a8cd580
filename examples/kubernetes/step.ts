/** The program of the container of a step. */
import { serveStep } from "edgewater/kubernetes";
import { openRepository } from "./repository.ts";

await serveStep(() => openRepository());
