/** What an application imports that keeps its records where its runtime does. */
import { Storage } from "edgewater";

export const open = (): Promise<Storage> => Storage.embedded("records");
