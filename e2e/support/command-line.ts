/** `npx edgewater` from the sources, with the page of the inspector. */
import "./page-files.ts";
import { argv, exit } from "node:process";
import { main } from "../../src/cli/main.ts";

exit(await main(argv.slice(2)));
