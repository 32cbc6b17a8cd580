/** The page that `edgewater/inspector` serves, and that shows a report beside which it lies. */
import { connectInspection, tradeToken } from "../src/inspector/client.ts";
import type { Inspection } from "../src/inspector/inspection.ts";
import { mount } from "./mount.tsx";

const base = new URL("./", document.baseURI);

/** The name of the report in a folder that `npx edgewater ui --static` has written. */
const report = document.querySelector<HTMLMetaElement>('meta[name="edgewater-report"]')?.content;

/** Trades the token of the link for a cookie, and takes it out of the address, so that it stays in no history. */
async function signIn(): Promise<void> {
  const token = /^#token=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(null, "", location.pathname + location.search);
  // A wrong token is told by the first answer.
  await tradeToken(base, token).catch(() => undefined);
}

async function reported(name: string): Promise<Inspection> {
  const [{ openReport }, response] = await Promise.all([import("../src/inspector/file.ts"), fetch(new URL(name, base))]);
  return openReport(await response.text());
}

async function inspection(): Promise<Inspection> {
  if (report !== undefined) return reported(report);
  await signIn();
  return connectInspection(base);
}

/** A module that waited at its top would keep those from running that it loads meanwhile and that import from it. */
async function start(): Promise<void> {
  const element = document.querySelector<HTMLElement>("#inspector");
  if (element !== null) mount(element, await inspection(), { isPage: true });
}

void start();
