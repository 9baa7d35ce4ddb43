import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { findOwnMachine } from "@/lib/machines/queries";
import { servesHost } from "@/lib/machines/rules";
import { hostKey } from "@/lib/sessions/rules";
import type { OpenSessionInput, SessionView } from "@/lib/sessions/schema";
import { type SessionRow, sessionView } from "@/lib/sessions/session-row";
import { signal } from "@/lib/signals";

/** The token was good when the door looked; secret, key or machine went between that look and the write. */
const cutMeanwhile = () =>
  new Refusal(
    "gone",
    "The client secret, the key or the machine was withdrawn. Ask an administrator for a new one.",
  );

/**
 * Connects a host. The same host connecting again takes its session over.
 * The write itself asks once more whether credential and machine stand, under a share lock that a deletion waits for: a
 * session is either refused, or there for the deletion to end.
 * @throws Refusal `conflict` when a standard machine is asked to serve another host; `gone` when it was cut meanwhile
 */
export async function openSession(ctx: Ctx<RobotActor>, input: OpenSessionInput): Promise<SessionView> {
  const machine = await findOwnMachine(ctx);
  if (!machine) throw cutMeanwhile();
  if (!servesHost(machine, input.hostName)) {
    throw new Refusal(
      "conflict",
      `Standard machine “${machine.name}” serves only the host of that name, and this host is “${input.hostName}”. Rename one of them, or use a machine template.`,
      { field: "hostName" },
    );
  }
  const { id: machineId, tenantId, credentialId, tokenId, tokenExpiresAt, address } = ctx.actor;
  const [row] = await ctx.db.$queryRaw<(SessionRow & { taken_over: boolean })[]>`
    WITH standing AS (
      SELECT m.id FROM machines m JOIN credentials c ON c.machine_id = m.id AND c.tenant_id = m.tenant_id
                                  JOIN tenants t ON t.id = m.tenant_id
       WHERE m.id = ${machineId}::uuid AND m.tenant_id = ${tenantId}::uuid AND c.id = ${credentialId}
         AND m.deleted_at IS NULL AND m.disabled_at IS NULL AND c.revoked_at IS NULL AND c.expiry_cut_at IS NULL
         AND COALESCE(m.client_authentication, t.client_authentication)::text IN ('Any', c.kind::text)
         FOR SHARE)
    INSERT INTO sessions (id, tenant_id, machine_id, credential_id, host_name, host_key, robot_version, platform,
                          address, is_busy, started_at, heartbeat_at, token_id, token_expires_at)
    SELECT ${randomUUID()}::uuid, ${tenantId}::uuid, standing.id, ${credentialId}, ${input.hostName},
           ${hostKey(input.hostName)}, ${input.robotVersion ?? null}, ${input.platform ?? null},
           ${address ?? ""}, false, ${ctx.now}, ${ctx.now}, ${tokenId}::uuid, ${tokenExpiresAt}
      FROM standing
        ON CONFLICT (machine_id, host_key) WHERE ended_at IS NULL
        DO UPDATE SET credential_id = EXCLUDED.credential_id, host_name = EXCLUDED.host_name,
                      robot_version = EXCLUDED.robot_version, platform = EXCLUDED.platform,
                      address = EXCLUDED.address, is_busy = false,
                      started_at = EXCLUDED.started_at, heartbeat_at = EXCLUDED.heartbeat_at,
                      token_id = EXCLUDED.token_id, token_expires_at = EXCLUDED.token_expires_at
    RETURNING *, xmax <> 0 AS taken_over`;
  if (!row) throw cutMeanwhile();
  await signal(ctx.db, [
    { kind: "session", tenantId, sessionId: row.id },
    { kind: "page", tenantId },
  ]);
  await record(ctx, [
    {
      type: "session.opened",
      machineId,
      credentialId,
      sessionId: row.id,
      hostName: row.host_name,
      takenOver: row.taken_over,
    },
  ]);
  return sessionView(row);
}
