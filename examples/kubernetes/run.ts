/** The program of the Job that makes the run. When its pod is replaced, the next one goes on with the same run. */
import { kubernetes } from "edgewater/kubernetes";
import { openRepository } from "./repository.ts";

const { IMAGE = "edgewater-example", JOB_NAME = "", JOB_UID = "" } = process.env;
const variables = ["DATABASE_URL", "DATA"].map((name) => ({ name, value: process.env[name] }));

const executor = kubernetes({
  image: IMAGE,
  command: ["node", "examples/kubernetes/step.ts"],
  owner: { apiVersion: "batch/v1", kind: "Job", name: JOB_NAME, uid: JOB_UID },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  container: { imagePullPolicy: "IfNotPresent", env: variables, volumeMounts: [{ name: "data", mountPath: "/data" }] },
  pod: {
    automountServiceAccountToken: false,
    securityContext: { fsGroup: 1000 },
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  },
  deadlineSeconds: 600,
});
await using repository = await openRepository(executor);
const { success, materializedAssets, failedAssets } = await repository.materialize({ runId: JOB_UID, raiseOnError: false });
console.log({ success, materializedAssets, failedAssets });
process.exitCode = success ? 0 : 1;
