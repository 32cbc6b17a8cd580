/**
 * `edgewater/cloudflare`: runs as Cloudflare Workflows, and steps through Cloudflare Queues.
 *
 * @module
 */
export { workflowId } from "./names.ts";
export {
  type CloudflareQueueOptions,
  type ConsumedMessage,
  type ConsumeStepsOptions,
  cloudflareQueue,
  consumeSteps,
  type QueueBatch,
  type QueueBinding,
  type QueueMessage,
} from "./queue.ts";
export {
  type CloudflareWorkflowOptions,
  cloudflareWorkflow,
  type WorkflowAttempt,
  type WorkflowStepBinding,
  type WorkflowStepPolicy,
} from "./workflow.ts";
