import { hrefOf } from "../frame/route.ts";
import { Head } from "../parts/basics.tsx";

export const Unknown = ({ path }: { readonly path: string }) => (
  <>
    <Head title="Nothing here" />
    <div class="content">
      <p class="dim">
        No screen has the address <code>#/{path}</code>.{" "}
        <a class="link" href={hrefOf({ screen: "overview" })}>
          Go to the overview
        </a>
      </p>
    </div>
  </>
);
