export { OPFSStore } from "./store.ts";
