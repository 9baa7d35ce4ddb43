import type { Ctx, SystemActor } from "@/lib/ctx";
import { LEASE_SECONDS, retryAfterSeconds } from "@/lib/notifications/back-off";
import type { Attempt } from "@/lib/notifications/receiver";
import { ANSWER_MAX_CHARACTERS, type Notice, type NotificationRow } from "@/lib/notifications/schema";
import { signal } from "@/lib/signals";
import { asPlainLine } from "@/lib/text";
import { addSeconds } from "@/lib/time";

/** A delivery that nobody else sends while the lease lasts, and what it tells. */
export type TakenDelivery = {
  readonly id: bigint;
  readonly tenantId: string;
  readonly tenantSlug: string;
  readonly webhookId: string | null;
  readonly adminId: string | null;
  /** With this attempt. */
  readonly attempts: number;
  readonly leasedUntil: Date;
  readonly notification: NotificationRow;
};

type Row = Omit<TakenDelivery, "notification"> & {
  readonly notificationId: string;
  readonly notificationTenantId: string | null;
  readonly at: Date;
  readonly kind: string;
  readonly details: object;
};

/**
 * Takes the oldest delivery that waits for a receiver. Only that one can be taken, so a lease of it is one of the receiver: others come
 * after it, one after the other.
 * @returns null when none is due, or another process has it
 */
export async function takeDelivery(
  { db, now }: Ctx<SystemActor>,
  receiverId: string,
): Promise<TakenDelivery | null> {
  const leasedUntil = addSeconds(now, LEASE_SECONDS);
  const [row] = await db.$queryRaw<Row[]>`
    UPDATE deliveries d SET attempts = d.attempts + 1, last_at = ${now}, leased_until = ${leasedUntil}
      FROM notifications n CROSS JOIN tenants t
     WHERE d.id = (SELECT min(o.id) FROM deliveries o WHERE o.receiver_id = ${receiverId}::uuid AND o.state = 'waiting')
       AND d.state = 'waiting' AND d.next_at <= ${now} AND (d.leased_until IS NULL OR d.leased_until <= ${now})
       AND NOT EXISTS (SELECT FROM deliveries o
                        WHERE o.receiver_id = d.receiver_id AND o.state = 'waiting' AND o.id <> d.id AND o.leased_until > ${now})
       AND n.id = d.notification_id AND t.id = d.tenant_id
    RETURNING d.id, d.tenant_id AS "tenantId", t.slug AS "tenantSlug", d.webhook_id AS "webhookId", d.admin_id AS "adminId",
              d.attempts, d.leased_until AS "leasedUntil", n.id AS "notificationId", n.tenant_id AS "notificationTenantId",
              n.at, d.kind, n.details`;
  if (!row) return null;
  const { notificationId, notificationTenantId, at, kind, details, ...delivery } = row;
  const notice = { kind, ...details } as Notice;
  return { ...delivery, notification: { id: notificationId, tenantId: notificationTenantId, at, notice } };
}

/** What is ours while the lease is: whoever took it after us notes what came of that. */
const held = ({ id, tenantId, leasedUntil }: TakenDelivery) => ({ id, tenantId, leasedUntil });

/** Leaves it as it was before it was taken. */
export async function releaseDelivery({ db }: Ctx<SystemActor>, delivery: TakenDelivery): Promise<void> {
  await db.delivery.updateMany({
    where: held(delivery),
    data: { leasedUntil: null, attempts: { decrement: 1 } },
  });
}

/** The beginning of what a stranger wrote, as a line that can be shown and stored. */
const shown = (answer: string) => [...asPlainLine(answer)].slice(0, ANSWER_MAX_CHARACTERS).join("");

/**
 * Notes what came of an attempt.
 * @param random from 0 to 1, for when it is tried again
 * @returns what it is now; null when the lease was over and somebody else has it
 */
export async function noteAttempt(
  { db, now }: Ctx<SystemActor>,
  delivery: TakenDelivery,
  { isTaken, isForGood, status, failure, answer }: Attempt,
  random: number,
): Promise<"waiting" | "delivered" | "given_up" | null> {
  const after = isTaken || isForGood ? null : retryAfterSeconds(delivery.attempts, random);
  const state = isTaken ? "delivered" : after === null ? "given_up" : "waiting";
  const { count } = await db.delivery.updateMany({
    where: held(delivery),
    data: {
      state,
      leasedUntil: null,
      lastStatus: status,
      lastFailure: failure,
      lastAnswer: answer === null ? null : shown(answer),
      ...(after !== null && { nextAt: addSeconds(now, after) }),
    },
  });
  if (count === 0) return null;
  await signal(db, [{ kind: "page", tenantId: delivery.tenantId }]);
  return state;
}
