import { Head } from "../../parts/basics.tsx";
import { useStore } from "../../state/context.ts";

export const Overview = () => (
  <>
    <Head title={useStore().snapshot.value?.name ?? ""} />
    <div class="content" />
  </>
);
