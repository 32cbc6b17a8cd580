import type { Query } from "../../frame/route.ts";
import { Head } from "../../parts/basics.tsx";

export const Partitions = (_: { readonly name?: string; readonly query?: Query }) => <Head title="Partitions" />;
