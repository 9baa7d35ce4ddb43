import type { Ctx, SystemActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import type { Attempt, Receiver } from "@/lib/notifications/receiver";
import { tell } from "@/lib/notifications/rules";
import { giveUpWebhook } from "./commands/switch-webhook";
import { type Outcome, post, type Resolve } from "./outgoing-request";
import { findDestination } from "./queries";
import { openSecret } from "./secret";
import { type Message, webhookHeaders } from "./signature";

export type Destination = {
  readonly id: string;
  readonly tenantId: string;
  readonly url: string;
  readonly encryptedSecret: Uint8Array;
  readonly encryptedPreviousSecret: Uint8Array | null;
  readonly previousEndsAt: Date | null;
  readonly offSince: Date | null;
  readonly tenant: { readonly slug: string };
};

function secretsOf(webhook: Destination, now: Date): Buffer[] {
  const { encryptedSecret, encryptedPreviousSecret: previous, previousEndsAt } = webhook;
  const signsAlong = previous !== null && previousEndsAt !== null && previousEndsAt > now;
  return [encryptedSecret, ...(signsAlong ? [previous] : [])].map((secret) => openSecret(webhook, secret));
}

const attemptOf = (outcome: Outcome): Attempt =>
  outcome.status === null
    ? { isTaken: false, status: null, failure: outcome.failure, answer: null }
    : {
        isTaken: outcome.status >= 200 && outcome.status < 300,
        status: outcome.status,
        failure: null,
        answer: outcome.text,
      };

/** Signs a message and posts it. @returns what came of it; null when the process stopped first */
export async function sendTo(
  webhook: Destination,
  message: Message,
  { now, ...ways }: { readonly now: Date; readonly signal?: AbortSignal; readonly resolve?: Resolve },
): Promise<Attempt | null> {
  const headers = webhookHeaders(message, now, secretsOf(webhook, now));
  const outcome = await post(
    { url: new URL(webhook.url), headers, body: message.body },
    { allowed: env().webhookAllowedNetworks, ...ways },
  );
  return outcome.status === null && outcome.failure === "stopped" ? null : attemptOf(outcome);
}

/** Webhooks, as the outbox sees them. */
export const WEBHOOKS: Receiver = {
  async send(ctx: Ctx<SystemActor>, { tenantId, tenantSlug, webhookId, notification }, signal) {
    const webhook = webhookId && (await findDestination(ctx, { tenantId, webhookId }));
    if (!webhook || webhook.offSince) return null;
    const { id, at, notice } = notification;
    const { kind, ...details } = notice;
    const { sentence, next, path } = tell(notice, tenantSlug);
    const data = { tenant: tenantSlug, sentence, next, url: `${env().origin}${path}`, ...details };
    const body = JSON.stringify({ type: kind, timestamp: at, data });
    return sendTo(webhook, { id, body }, { now: ctx.now, signal });
  },

  giveUp: giveUpWebhook,
};
