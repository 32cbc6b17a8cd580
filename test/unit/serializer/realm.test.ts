import { runInNewContext } from "node:vm";
import { realmTests } from "./realm.ts";

realmTests((code) => runInNewContext(code));
