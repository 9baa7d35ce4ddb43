import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import { findOwnMachine } from "@/lib/machines/queries";
import { servesHost } from "@/lib/machines/rules";
import { readSilentSince } from "@/lib/sessions/queries";
import { hostKey } from "@/lib/sessions/rules";
import { type OpenSessionInput, type SessionView, UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { openedSignals, sessionOpened } from "@/lib/sessions/session-changes";
import { OPENED_COLUMNS, type SessionRow, sessionView, TAKEN_OVER } from "@/lib/sessions/session-row";
import { signal } from "@/lib/signals";

/** The token was good when the door looked; secret, key or machine went between that look and the write. */
const cutMeanwhile = () =>
  new Refusal(
    "gone",
    "The client secret, the key or the machine was withdrawn. Ask an administrator for a new one.",
    { problem: "credential_withdrawn" },
  );

/** @returns why there is no session: another host has the name, or credential or machine went */
async function whyNot(ctx: Ctx<RobotActor>, hostName: string): Promise<Refusal> {
  const { id: machineId, tenantId } = ctx.actor;
  const other = await ctx.db.session.findFirst({
    where: { machineId, tenantId, hostKey: hostKey(hostName), endedAt: null },
    select: { address: true },
  });
  if (!other) return cutMeanwhile();
  return new Refusal(
    "conflict",
    `Another host is connected as “${hostName}”, from ${other.address}. Give one of them another name, or stop that one; when it is silent for ${UNRESPONSIVE_AFTER_SECONDS} seconds its name is free.`,
    { field: "hostName", problem: "host_name_in_use" },
  );
}

type OpenedRow = SessionRow & { taken_over: boolean; instance_before: string | null };

/**
 * The write asks once more whether credential and machine stand, under a share lock that a deletion waits for: a session is
 * either refused, or there for the deletion to end. Another instance at the same address is the host itself, started anew: after a
 * power cut nobody waits.
 * @param silent whoever was heard later keeps its name from hosts that are known to be others
 */
async function write(
  ctx: Ctx<RobotActor>,
  input: OpenSessionInput,
  silent: Date,
): Promise<OpenedRow | undefined> {
  const { id: machineId, tenantId, credentialId, tokenId, tokenExpiresAt, address } = ctx.actor;
  const key = hostKey(input.hostName);
  const [row] = await ctx.db.$queryRaw<OpenedRow[]>`
    WITH standing AS (
      SELECT m.id FROM machines m JOIN credentials c ON c.machine_id = m.id AND c.tenant_id = m.tenant_id
                                  JOIN tenants t ON t.id = m.tenant_id
       WHERE m.id = ${machineId}::uuid AND m.tenant_id = ${tenantId}::uuid AND c.id = ${credentialId}
         AND m.deleted_at IS NULL AND m.disabled_at IS NULL AND c.revoked_at IS NULL AND c.disabled_at IS NULL AND c.expiry_cut_at IS NULL
         AND COALESCE(m.client_authentication, t.client_authentication)::text IN ('Any', c.kind::text)
         FOR SHARE),
    before AS (
      SELECT instance_id FROM sessions WHERE machine_id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid
         AND host_key = ${key} AND ended_at IS NULL)
    INSERT INTO sessions (${Prisma.raw(OPENED_COLUMNS)})
    SELECT ${randomUUID()}::uuid, ${tenantId}::uuid, standing.id, ${credentialId}, ${input.hostName},
           ${key}, ${input.robotVersion ?? null}, ${input.platform ?? null},
           ${address ?? ""}, false, ${ctx.now}, ${ctx.now}, ${tokenId}::uuid, ${tokenExpiresAt},
           ${input.instanceId ?? null}
      FROM standing
        ON CONFLICT (machine_id, host_key) WHERE ended_at IS NULL
        DO UPDATE SET ${Prisma.raw(TAKEN_OVER)}
         WHERE sessions.tenant_id = ${tenantId}::uuid
           AND (sessions.instance_id <> EXCLUDED.instance_id AND sessions.address <> EXCLUDED.address
                AND sessions.heartbeat_at > ${silent}) IS NOT TRUE
    RETURNING *, xmax <> 0 AS taken_over, (SELECT instance_id FROM before) AS instance_before`;
  return row;
}

/**
 * Connects a host. The same host connecting again takes its session over, and so does one that does not say which it is;
 * another one only when that host has fallen silent.
 * @returns the session, and whether the host is known to be the one that had it before
 * @throws Refusal `conflict` when a standard machine is asked to serve another host, or another host has the name; `gone` when
 *   it was cut meanwhile
 */
export async function openSession(
  ctx: Ctx<RobotActor>,
  input: OpenSessionInput,
): Promise<{ session: SessionView; isSameHost: boolean }> {
  const machine = await findOwnMachine(ctx);
  if (!machine) throw cutMeanwhile();
  if (!servesHost(machine, input.hostName)) {
    throw new Refusal(
      "conflict",
      `Standard machine “${machine.name}” serves only the host of that name, and this host is “${input.hostName}”. Rename one of them, or use a machine template.`,
      { field: "hostName", problem: "wrong_host" },
    );
  }
  const row = (await write(ctx, input, new Date(0))) ?? (await write(ctx, input, await readSilentSince(ctx)));
  if (!row) throw await whyNot(ctx, input.hostName);
  const session = sessionView(row);
  await signal(ctx.db, openedSignals(ctx.actor, session));
  await record(ctx, [sessionOpened(session, row.taken_over)]);
  const isSameHost = input.instanceId !== undefined && row.instance_before === input.instanceId;
  return { session, isSameHost };
}
