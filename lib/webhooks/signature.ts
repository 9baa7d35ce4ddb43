import { createHmac } from "node:crypto";
import { numericDate } from "@/lib/time";

/** What a webhook's secret begins with, as people see it (Standard Webhooks). */
export const SECRET_PREFIX = "whsec_";
export const SECRET_BYTES = 32;

/** @returns a secret as its receiver writes it down */
export const secretText = (secret: Buffer): string => `${SECRET_PREFIX}${secret.toString("base64")}`;

export type Message = {
  /** The same however often it is sent. */
  readonly id: string;
  readonly body: string;
};

/**
 * The headers of Standard Webhooks (https://www.standardwebhooks.com).
 * @param at when it is sent; receivers refuse what is older than some minutes
 * @param secrets the present one first; while it is being changed, the one before signs along
 */
export function webhookHeaders(
  { id, body }: Message,
  at: Date,
  secrets: readonly Buffer[],
): Record<string, string> {
  const timestamp = String(numericDate(at));
  const signed = secrets.map(
    (secret) => `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  );
  return {
    "content-type": "application/json",
    "user-agent": "Latchkey",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signed.join(" "),
  };
}
