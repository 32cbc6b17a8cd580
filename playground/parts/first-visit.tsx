import type { Host } from "../host.ts";
import { PlaceChoice } from "./place-choice.tsx";

/** Where to keep values, before anything was made. */
export const FirstVisit = ({ host }: { readonly host: Host }) => <PlaceChoice host={host} onDone={() => {}} />;
