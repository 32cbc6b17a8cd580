import { Head } from "../parts/basics.tsx";

export const Automation = () => (
  <>
    <Head title="Automation" />
    <div class="content" />
  </>
);
