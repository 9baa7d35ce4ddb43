import { z } from "zod";
import { type DeliveryOutcome, NOTICE_KINDS, type NoticeKind, type Outbox } from "@/lib/notifications/schema";
import { isPlainLine } from "@/lib/text";

/** How many a tenant may have. */
export const WEBHOOKS_MAX = 10;
const URL_MAX_LENGTH = 2000;
/** How long the secret before the present one signs along. */
export const PREVIOUS_SECRET_HOURS = 24;

/** Why a message got no answer. */
export const FAILURES = [
  "unresolved",
  "address_not_allowed",
  "not_https",
  "not_reached",
  "not_encrypted",
  "no_answer",
  "too_slow",
  "stopped",
  "not_made",
] as const;
export type FailureWord = (typeof FAILURES)[number];

/** Whether the address is one that may be allowed is asked by the server, which knows its networks. */
const url = z
  .string({ error: "Enter an address." })
  .trim()
  .min(1, "Enter an address.")
  .max(URL_MAX_LENGTH, `Use at most ${URL_MAX_LENGTH} characters.`)
  .refine(
    (text) => isPlainLine(text) && URL.canParse(text) && /^https?:\/\/\S+$/i.test(text),
    "Enter an address like https://alerts.example.com/latchkey.",
  )
  .refine((text) => {
    const { username, password } = URL.canParse(text) ? new URL(text) : { username: "", password: "" };
    return username === "" && password === "";
  }, "Leave the user and password out of the address; the signature says who sends.")
  .refine((text) => !text.includes("#"), "Leave out what is behind #; no server gets to see it.");

const kinds = z.array(z.enum(NOTICE_KINDS)).min(1, "Choose what it is told.");

export const webhookSchema = z.object({ url, kinds });
export const webhookIdSchema = z.object({ webhookId: z.uuid() });
export const editWebhookSchema = webhookSchema.extend({
  webhookId: z.uuid(),
  /** What the form was filled from. */
  seen: z.object({ url: z.string(), kinds: z.array(z.string()) }),
});
export const switchWebhookSchema = z.object({ webhookId: z.uuid(), isOn: z.boolean() });
const deliveryId = z.string().regex(/^\d{1,18}$/);
export const deliveryIdSchema = z.object({ webhookId: z.uuid(), deliveryId });

export type WebhookInput = z.output<typeof webhookSchema>;
export type EditWebhookInput = z.output<typeof editWebhookSchema>;

/** A webhook as pages show it. */
export type WebhookView = {
  readonly id: string;
  readonly url: string;
  readonly kinds: readonly NoticeKind[];
  readonly createdAt: Date;
  /** Null: it is on. */
  readonly offSince: Date | null;
  /** Latchkey switched it off: its receiver took nothing for days. */
  readonly isGivenUp: boolean;
  /** Until when two secrets sign; null: one does. */
  readonly previousEndsAt: Date | null;
} & Outbox;

/** What is seen once. */
export type IssuedWebhookSecret = {
  readonly webhookId: string;
  readonly url: string;
  readonly secret: string;
};

/** What came of a test: the answer, or why there was none. */
export type TestOutcome = Omit<DeliveryOutcome, "state" | "at"> & { readonly isTaken: boolean };
