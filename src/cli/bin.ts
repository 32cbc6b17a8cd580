#!/usr/bin/env node
import { argv, exit } from "node:process";
import { main } from "./main.ts";

// What a pipe has not taken yet was written, so that the process may end: an open server or store would keep it.
exit(await main(argv.slice(2)));
