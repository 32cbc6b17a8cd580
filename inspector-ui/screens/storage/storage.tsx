import type { Query } from "../../frame/route.ts";
import { Head } from "../../parts/basics.tsx";

export const Storage = (_: { readonly name?: string; readonly query?: Query }) => <Head title="Storage" />;
