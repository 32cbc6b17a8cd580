import { createHmac } from "node:crypto";
import type { AzureContainer } from "../../support/servers/azurite.ts";

/** A shared access signature of the whole container, made independently of the code under test. */
export function containerSignature(
  { account, accountKey, container }: AzureContainer,
  permissions: string = "racwdl",
  expiry: Date = new Date(Date.now() + 3_600_000),
): string {
  const version = "2021-12-02";
  const se = expiry.toISOString().replace(/\.\d+/, "");
  const fields = [permissions, "", se, `/blob/${account}/${container}`, "", "", "", version, "c", "", "", "", "", "", "", ""];
  const sig = createHmac("sha256", Buffer.from(accountKey, "base64")).update(fields.join("\n")).digest("base64");
  return `?${new URLSearchParams({ sv: version, sr: "c", sp: permissions, se, sig })}`;
}
