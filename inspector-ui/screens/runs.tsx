import type { Query } from "../frame/route.ts";
import { Head } from "../parts/basics.tsx";

export const Runs = (_: { readonly query: Query }) => (
  <>
    <Head title="Runs" />
    <div class="content" />
  </>
);
