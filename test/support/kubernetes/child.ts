/** The program of a pod. The variables of the kubelet say where the records are, and of which repository. */
import { serveStep } from "edgewater/kubernetes";
import { Place } from "./place.ts";

const { TEST_FOLDER = "", TEST_REPOSITORY, TEST_ENDS } = process.env;
const place = new Place(TEST_FOLDER);

process.stdin.resume().once("close", () => process.exit(137));

// How a container ends before it makes its step: with this exit code.
if (TEST_ENDS !== undefined) process.exit(Number(TEST_ENDS));
await serveStep(() => (TEST_REPOSITORY === "suite" ? place.suite() : place.repository()));
