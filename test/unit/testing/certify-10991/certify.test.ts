import { certify } from "edgewater/testing";
import { describe, it } from "vitest";
import { MyStore } from "./my-store.ts";

describe.each(certify(() => new MyStore(), { ranges: true }))("MyStore", ({ name, run }) => it(name, run));
