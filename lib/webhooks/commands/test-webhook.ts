import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { uuid7 } from "@/lib/uuid";
import { nameOf } from "@/lib/webhooks/destination";
import { findDestination } from "@/lib/webhooks/queries";
import { noSuchWebhook } from "@/lib/webhooks/refusals";
import type { TestOutcome } from "@/lib/webhooks/schema";
import { sendTo } from "@/lib/webhooks/send";

type Tested = { readonly webhookId: string; readonly name: string; readonly outcome: TestOutcome };

const STOPPED = { isTaken: false, status: null, failure: "stopped", answer: null } as const;

/**
 * Sends a message of the type `webhook.test`, whether the webhook is on or off; it may take some seconds, so no transaction is open.
 * @returns what came of it, for {@link recordTest}
 * @throws Refusal `not_found`
 */
export async function trySending(ctx: Ctx, { webhookId }: { readonly webhookId: string }): Promise<Tested> {
  allow(ctx.actor, "tenant.settings");
  const { tenantId } = ctx.actor;
  const webhook = await findDestination(ctx, { tenantId, webhookId });
  if (!webhook) throw noSuchWebhook();
  const data = { tenant: webhook.tenant.slug, sentence: "This is a test of the webhook." };
  const body = JSON.stringify({ type: "webhook.test", timestamp: ctx.now, data });
  const message = { id: uuid7(ctx.now), body };
  const outcome = (await sendTo(webhook, message, { now: ctx.now })) ?? STOPPED;
  return { webhookId, name: nameOf(webhook), outcome };
}

/** @returns what is shown beside the button */
export async function recordTest(ctx: Ctx, { webhookId, name, outcome }: Tested): Promise<TestOutcome> {
  allow(ctx.actor, "tenant.settings");
  await record(ctx, [{ type: "webhook.tested", webhookId, name, isTaken: outcome.isTaken }]);
  return outcome;
}
