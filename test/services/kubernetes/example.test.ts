/** The manifests of the example, without a cluster. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as batch from "kubernetes-models/batch/v1";
import * as rbac from "kubernetes-models/rbac.authorization.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import { expect, it } from "vitest";
import { unknownFields } from "../../support/kubernetes/property-names.ts";
import { root } from "../../support/spawn.ts";

interface Item {
  readonly apiVersion: string;
  readonly kind: string;
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

type Model = new (data: Item) => { readonly validate: () => void };

const models: Readonly<Record<string, object>> = { v1: core, "batch/v1": batch, "rbac.authorization.k8s.io/v1": rbac };
const { items } = JSON.parse(readFileSync(join(root, "examples/kubernetes/manifests.json"), "utf8")) as { readonly items: readonly Item[] };

it.each(items)("the $kind of the example is what its schema allows", (item) => {
  const Kind = (models[item.apiVersion] as Readonly<Record<string, Model>>)[item.kind] as Model;
  expect(() => new Kind(item).validate()).not.toThrow();
  const unknown = unknownFields(item, `kubernetes-models/${item.apiVersion}/${item.kind}.d.ts`);
  expect(unknown.filter((path) => path !== "apiVersion" && path !== "kind")).toEqual([]);
});

it("the role of the example is the least: that of the test with the contract server, and the reasons of pods", () => {
  const rules = items.find(({ kind }) => kind === "Role")?.rules;
  expect(rules?.map(({ resources, verbs }) => [resources, verbs])).toEqual([
    [["jobs"], ["create", "get", "list", "watch", "delete"]],
    [["pods"], ["list"]],
  ]);
});
