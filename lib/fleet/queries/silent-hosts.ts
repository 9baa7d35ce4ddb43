import type { Ctx, SystemActor } from "@/lib/ctx";
import { NAMED_MAX, type NamedMachine } from "@/lib/notifications/schema";
import { type Counted, type Group, grouped, type Stretch } from "./ending-credentials";

type SilentHost = NamedMachine & {
  readonly sessionId: string;
  readonly hostName: string;
  readonly heartbeatAt: Date;
};

/** The connected hosts that were heard last in this stretch of time, of the tenants that want to be told. */
export async function listSilentHosts(
  { db }: Ctx<SystemActor>,
  { from, to }: Stretch,
): Promise<Group<SilentHost>[]> {
  const rows = await db.$queryRaw<Counted<SilentHost>[]>`
    SELECT * FROM (
      SELECT s.tenant_id AS "tenantId", s.id AS "sessionId", s.host_name AS "hostName", s.heartbeat_at AS "heartbeatAt",
             m.id AS "machineId", m.name AS "machineName", (count(*) OVER (PARTITION BY s.tenant_id))::int AS count,
             row_number() OVER (PARTITION BY s.tenant_id ORDER BY s.host_key, s.id) AS place
        FROM notification_settings w
        JOIN sessions s ON s.tenant_id = w.tenant_id AND s.ended_at IS NULL AND s.removed_at IS NULL
        JOIN machines m ON m.tenant_id = s.tenant_id AND m.id = s.machine_id
       WHERE 'host.unresponsive' <> ALL (w.off) AND s.heartbeat_at > ${from} AND s.heartbeat_at <= ${to}) silent
     WHERE place <= ${NAMED_MAX} ORDER BY "tenantId", place`;
  return grouped(rows, (one, other) => one.tenantId === other.tenantId);
}
