import type { Db } from "@/lib/ctx";
import { keyOf } from "@/lib/notifications/rules";
import { type Notice, OFF_AT_FIRST } from "@/lib/notifications/schema";
import { signal } from "@/lib/signals";
import { uuid7 } from "@/lib/uuid";
import { queueDeliveries } from "./queue-deliveries";

type Told = {
  /** Null: those who manage the installation. */
  readonly tenantId: string | null;
  readonly now: Date;
  readonly notice: Notice;
};

/** What a notice is about, where it is about one machine or credential. */
function subjectOf(notice: Notice) {
  const { machineId = null, credentialId = null } = notice as Partial<Record<string, string>>;
  return { machineId, credentialId };
}

/**
 * Tells the tenant something, in the transaction of the deed it tells of. The same thing is told once, whichever processes say it how often;
 * what the tenant does not want to be told is not.
 * @returns whether it is new
 */
export async function notify(db: Db, { tenantId, now, notice }: Told): Promise<boolean> {
  const { kind, ...details } = notice;
  const { machineId, credentialId } = subjectOf(notice);
  const [row] = await db.$queryRaw<{ id: string }[]>`
    INSERT INTO notifications (id, tenant_id, kind, key, at, machine_id, credential_id, details)
    SELECT ${uuid7(now)}::uuid, ${tenantId}::uuid, ${kind}, ${keyOf(notice, now)}, ${now}, ${machineId}::uuid, ${credentialId},
           ${JSON.stringify(details)}::jsonb
     WHERE ${kind} <> ALL (COALESCE((SELECT off FROM notification_settings WHERE tenant_id = ${tenantId}::uuid),
                                    ${[...OFF_AT_FIRST]}::text[]))
        ON CONFLICT DO NOTHING
    RETURNING id`;
  if (!row) return false;
  await queueDeliveries(db, { notificationId: row.id, tenantId, notice, now });
  if (tenantId) await signal(db, [{ kind: "page", tenantId }]);
  return true;
}
