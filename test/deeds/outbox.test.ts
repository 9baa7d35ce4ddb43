import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { deliverer } from "@/lib/background/deliverer";
import type { UserActor } from "@/lib/ctx";
import { GIVEN_UP_AFTER_DAYS } from "@/lib/notifications/back-off";
import { takeDelivery } from "@/lib/notifications/commands/take-delivery";
import { NOTICE_KINDS } from "@/lib/notifications/schema";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";
import {
  addWebhook,
  removeWebhook,
  rotateWebhookSecret,
  sendAgain,
} from "@/lib/webhooks/commands/manage-webhooks";
import { forgetPreviousSecrets, switchWebhook } from "@/lib/webhooks/commands/switch-webhook";
import type { IssuedWebhookSecret } from "@/lib/webhooks/schema";
import { WEBHOOKS } from "@/lib/webhooks/send";
import { WebhookReceiver } from "@/test/webhook-receiver";
import { act, inTransaction, newTenantAdmin, prisma, systemCtx } from "@/test/world";
import { told } from "./webhook-deeds";

vi.hoisted(() => {
  process.env.WEBHOOK_ALLOWED_NETWORKS = "loopback";
});

let admin: UserActor;
let receiver: WebhookReceiver;
let webhook: IssuedWebhookSecret;
let now: Date;
const clock = () => now;
const receivers: WebhookReceiver[] = [];

async function newReceiver(): Promise<WebhookReceiver> {
  const made = await WebhookReceiver.start();
  receivers.push(made);
  return made;
}
afterAll(() => {
  for (const one of receivers) one.close();
});

const added = (one: WebhookReceiver) =>
  act(admin, addWebhook, { url: one.url, kinds: [...NOTICE_KINDS] }, now);

beforeEach(async () => {
  now = new Date();
  admin = await newTenantAdmin();
  receiver = await newReceiver();
  webhook = await added(receiver);
});

const deliveries = () =>
  prisma().delivery.findMany({ where: { webhookId: webhook.webhookId }, orderBy: { id: "asc" } });
const tellMany = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await told(admin, now);
};
const deliverDue = async () => {
  const { look, idle } = deliverer(clock);
  await look();
  await idle();
};

/** Moves the clock from one attempt to the next. @returns false when nothing waits, or the next is after `end` */
async function toNextAttempt(end: Date): Promise<boolean> {
  const waits = (await deliveries()).find(({ state }) => state === "waiting");
  if (!waits || waits.nextAt > end) return false;
  now = new Date(Math.max(now.getTime(), waits.nextAt.getTime()));
  return true;
}

test("what a tenant is told arrives once at each of its webhooks, signed and in order, by whichever of two processes", async () => {
  const other = await newReceiver();
  await added(other);
  await tellMany(12);
  const processes = [deliverer(clock), deliverer(clock)];
  for (let turn = 0; turn < 3; turn += 1) {
    await Promise.all(processes.map(({ look }) => look()));
    await Promise.all(processes.map(({ idle }) => idle()));
  }
  const sent = (await deliveries()).map(({ notificationId }) => notificationId);
  expect(sent).toHaveLength(12);
  expect(receiver.ids()).toEqual(sent);
  expect(other.ids()).toEqual(sent);
  expect(receiver.got.every(({ isRight }) => isRight(webhook.secret))).toBe(true);
  expect(receiver.got[0]).toMatchObject({
    type: "refusals.flood",
    data: { refused: 1_000, sentence: expect.stringContaining("1,000 token requests") },
  });
  expect(await deliveries()).toMatchObject(
    sent.map(() => ({ state: "delivered", attempts: 1, lastStatus: 204, lastAnswer: "" })),
  );
});

test("while the secret is being changed both sign; after a day the old one is erased", async () => {
  const { secret } = await act(admin, rotateWebhookSecret, webhook, now);
  await tellMany(1);
  await deliverDue();
  expect([secret, webhook.secret].map((one) => receiver.got[0]?.isRight(one))).toEqual([true, true]);
  now = addSeconds(now, DAY_SECONDS);
  await inTransaction((db) => forgetPreviousSecrets(systemCtx(db, now)));
  const where = { id: webhook.webhookId };
  expect(await prisma().webhook.findUnique({ where })).toMatchObject({ encryptedPreviousSecret: null });
});

test("a receiver that is away for six hours misses nothing, and hears it in order", async () => {
  const back = now;
  now = addSeconds(now, -6 * HOUR_SECONDS);
  receiver.status = 503;
  await tellMany(3);
  while (await toNextAttempt(back)) {
    await deliverDue();
    if (receiver.got.length < 6) await told(admin, now);
  }
  const [first, ...others] = await deliveries();
  expect(first).toMatchObject({ state: "waiting", lastStatus: 503, lastAnswer: "seen" });
  expect(first?.attempts).toBeGreaterThan(7);
  expect(others.every(({ attempts }) => attempts === 0)).toBe(true);
  const refused = receiver.got.length;
  receiver.status = 200;
  await toNextAttempt(addSeconds(back, DAY_SECONDS));
  await deliverDue();
  expect(receiver.ids().slice(refused)).toEqual(
    (await deliveries()).map(({ notificationId }) => notificationId),
  );
  expect(others.length).toBeGreaterThan(5);
});

test("a process that is killed after it sent and before it noted so: another sends it again, with the same id", async () => {
  await tellMany(2);
  const ctx = () => systemCtx(prisma(), now);
  const taken = await takeDelivery(ctx(), webhook.webhookId);
  if (!taken) throw new Error("nothing was due");
  await WEBHOOKS.send(ctx(), taken, new AbortController().signal);
  await deliverDue();
  expect(receiver.got).toHaveLength(1);
  now = addSeconds(taken.leasedUntil, 1);
  await deliverDue();
  const [first, second] = (await deliveries()).map(({ notificationId }) => notificationId);
  expect(receiver.ids()).toEqual([first, first, second]);
});

test("after three days in vain it is switched off and the tenant told; on again it goes on, and nothing is lost", async () => {
  const other = await newReceiver();
  receiver.status = 500;
  await tellMany(2);
  await added(other);
  const begin = now;
  const isWaitedFor = async () => (await deliveries())[0]?.state === "waiting";
  while ((await isWaitedFor()) && (await toNextAttempt(addSeconds(now, 2 * DAY_SECONDS)))) await deliverDue();
  expect((now.getTime() - begin.getTime()) / 1000 / DAY_SECONDS).toBeCloseTo(GIVEN_UP_AFTER_DAYS, 0);
  expect((await deliveries()).map(({ state }) => state)).toEqual(["given_up", "waiting"]);
  await deliverDue();
  expect(other.got).toMatchObject([{ type: "webhook.switched_off", data: { lastAnsweredAt: null } }]);
  const tried = receiver.got.length;

  receiver.status = 200;
  const [given, waiting] = await deliveries();
  const again = { webhookId: webhook.webhookId, deliveryId: String(given?.id) };
  await expect(act(admin, sendAgain, again, now)).rejects.toThrow(/is off/);
  await act(admin, switchWebhook, { ...webhook, isOn: true }, now);
  await act(admin, sendAgain, again, now);
  await deliverDue();
  expect(receiver.ids().slice(tried)).toEqual([given?.notificationId, waiting?.notificationId]);
});

test("a process that stops leaves what was not answered as it was, for the next one", async () => {
  receiver.status = null;
  await tellMany(1);
  const arrives = receiver.next();
  const { look, stop } = deliverer(clock);
  await look();
  await arrives;
  await stop();
  expect(await deliveries()).toMatchObject([{ state: "waiting", attempts: 0, leasedUntil: null }]);
  receiver.status = 200;
  await deliverDue();
  expect(new Set(receiver.ids()).size).toBe(1);
  expect(receiver.got).toHaveLength(2);
});

test("what happens while it is off is not told to it; removed, it takes with it what waits", async () => {
  await tellMany(1);
  await act(admin, switchWebhook, { ...webhook, isOn: false }, now);
  await tellMany(1);
  await deliverDue();
  expect(receiver.got).toEqual([]);
  expect(await deliveries()).toHaveLength(1);
  await act(admin, removeWebhook, webhook);
  expect(await deliveries()).toEqual([]);
});
