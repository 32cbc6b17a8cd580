/** Runs in a browser. */
import { Storage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { pipeline } from "./pipeline.mjs";

globalThis.result = pipeline(new IndexedDBStore("objects"), Storage.embedded("storage"));
