import type { Query } from "../frame/route.ts";
import { Head } from "../parts/basics.tsx";

export const Run = ({ runId }: { readonly runId: string; readonly query: Query }) => (
  <>
    <Head title={runId} />
    <div class="content" />
  </>
);
