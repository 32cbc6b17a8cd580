import { Head } from "../parts/basics.tsx";

export const Assets = () => (
  <>
    <Head title="Assets" />
    <div class="content" />
  </>
);
