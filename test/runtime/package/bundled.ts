/** An application with embedded Storage, for bundles.test.ts. */
import { Storage } from "edgewater";

export const open = (): Promise<Storage> => Storage.embedded("records");
