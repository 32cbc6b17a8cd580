import { loadPeer } from "../../peer.ts";

/** Flechette, which reads and writes Arrow: an optional peer, loaded when it is first needed. */
export type Flechette = typeof import("@uwdata/flechette");

/** @throws `NotSupported` that says what to install */
export function loadFlechette(): Promise<Flechette> {
  return loadPeer("@uwdata/flechette", "Arrow in edgewater/delta", () => import("@uwdata/flechette"));
}
