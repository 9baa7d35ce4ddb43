import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import type { Ctx, RobotActor, Sql } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { findOwnMachine } from "@/lib/machines/queries";
import { servesHost } from "@/lib/machines/rules";
import { allow } from "@/lib/permissions";
import { hostKey, sessionState } from "./rules";
import {
  HEARTBEAT_INTERVAL_SECONDS,
  type HeartbeatInput,
  type OpenSessionInput,
  type SessionView,
} from "./schema";

type SessionRow = {
  id: string;
  machine_id: string;
  secret_id: string;
  host_name: string;
  robot_version: string | null;
  platform: string | null;
  is_busy: boolean;
  started_at: Date;
  heartbeat_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
};

const view = (row: SessionRow, now: Date): SessionView => ({
  id: row.id,
  machineId: row.machine_id,
  hostName: row.host_name,
  secretId: row.secret_id,
  state: sessionState({ endedAt: row.ended_at, heartbeatAt: row.heartbeat_at, isBusy: row.is_busy }, now),
  robotVersion: row.robot_version,
  platform: row.platform,
  startedAt: row.started_at,
  heartbeatAt: row.heartbeat_at,
  endedAt: row.ended_at,
  endReason: row.end_reason,
  heartbeatIntervalSeconds: HEARTBEAT_INTERVAL_SECONDS,
});

/** The token was good when the door looked; secret or machine went between that look and the write. */
const cutMeanwhile = () =>
  new Refusal(
    "gone",
    "The client secret or the machine was withdrawn. Ask an administrator for a new secret.",
  );

/**
 * Connects a host. The same host connecting again takes its session over.
 * The write itself asks once more whether secret and machine stand, under a share lock that a deletion waits for: a
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
  const { id: machineId, tenantId, secretId, address } = ctx.actor;
  const [row] = await ctx.db.$queryRaw<(SessionRow & { taken_over: boolean })[]>`
    WITH standing AS (
      SELECT m.id FROM machines m JOIN secrets s ON s.machine_id = m.id AND s.tenant_id = m.tenant_id
       WHERE m.id = ${machineId}::uuid AND m.tenant_id = ${tenantId}::uuid AND s.id = ${secretId}
         AND m.deleted_at IS NULL AND m.disabled_at IS NULL AND s.revoked_at IS NULL
         FOR SHARE)
    INSERT INTO sessions (id, tenant_id, machine_id, secret_id, host_name, host_key, robot_version, platform,
                          address, is_busy, started_at, heartbeat_at)
    SELECT ${randomUUID()}::uuid, ${tenantId}::uuid, standing.id, ${secretId}, ${input.hostName},
           ${hostKey(input.hostName)}, ${input.robotVersion ?? null}, ${input.platform ?? null},
           ${address ?? ""}, false, ${ctx.now}, ${ctx.now}
      FROM standing
        ON CONFLICT (machine_id, host_key) WHERE ended_at IS NULL
        DO UPDATE SET secret_id = EXCLUDED.secret_id, host_name = EXCLUDED.host_name,
                      robot_version = EXCLUDED.robot_version, platform = EXCLUDED.platform,
                      address = EXCLUDED.address, is_busy = false,
                      started_at = EXCLUDED.started_at, heartbeat_at = EXCLUDED.heartbeat_at
    RETURNING *, xmax <> 0 AS taken_over`;
  if (!row) throw cutMeanwhile();
  await record(ctx, [
    {
      type: "session.opened",
      machineId,
      secretId,
      sessionId: row.id,
      hostName: row.host_name,
      takenOver: row.taken_over,
    },
  ]);
  return view(row, ctx.now);
}

const HEARTBEAT = {
  name: "session_heartbeat",
  text: `UPDATE sessions SET heartbeat_at = GREATEST(heartbeat_at, $5), is_busy = COALESCE($6, is_busy)
          WHERE id = $1 AND machine_id = $2 AND tenant_id = $3 AND secret_id = $4 AND ended_at IS NULL
      RETURNING *`,
};

const FIND_OWN = {
  name: "session_find_own",
  text: `SELECT * FROM sessions WHERE id = $1 AND machine_id = $2 AND tenant_id = $3`,
};

/**
 * Notes that the host lives. Writes no event: a fleet does this hundreds of times a second.
 * @throws Refusal `not_found` for a session that is not this machine's, `gone` for an ended one, `conflict` for one that
 *   was opened with another secret (so that a session always shows the secret that it depends on)
 */
export async function recordHeartbeat(
  ctx: Ctx<RobotActor, Sql>,
  input: HeartbeatInput,
): Promise<SessionView> {
  const { id: machineId, tenantId, secretId } = ctx.actor;
  const isBusy = input.state === undefined ? null : input.state === "Busy";
  const [row] = await ctx.db.query<SessionRow>(HEARTBEAT, [
    input.sessionId,
    machineId,
    tenantId,
    secretId,
    ctx.now,
    isBusy,
  ]);
  if (row) return view(row, ctx.now);
  const [other] = await ctx.db.query<SessionRow>(FIND_OWN, [input.sessionId, machineId, tenantId]);
  if (!other) throw new Refusal("not_found", "This machine has no such session.");
  if (other.ended_at) {
    throw new Refusal(
      "gone",
      `This session has ended: ${other.end_reason}. Connect again with POST sessions.`,
    );
  }
  throw new Refusal(
    "conflict",
    "This session was opened with another client secret. Connect again with POST sessions.",
  );
}

type Ended = { id: string; machineId: string; secretId: string; hostName: string };

async function recordEnded(ctx: Ctx | Ctx<RobotActor>, ended: readonly Ended[], reason: string) {
  await record(
    ctx,
    ended.map(({ id, machineId, secretId, hostName }) => ({
      type: "session.ended" as const,
      machineId,
      secretId,
      sessionId: id,
      hostName,
      reason,
    })),
  );
}

const ENDED = { id: true, machineId: true, secretId: true, hostName: true } as const;

/**
 * The robot disconnects its host. Ending an ended session changes nothing.
 * @throws Refusal `not_found` for a session that is not this machine's
 */
export async function closeSession(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  const scope = { id: sessionId, machineId: ctx.actor.id, tenantId: ctx.actor.tenantId };
  const reason = "closed by the robot";
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { ...scope, endedAt: null },
    data: { endedAt: ctx.now, endReason: reason },
    select: ENDED,
  });
  if (ended.length === 0 && (await ctx.db.session.count({ where: scope })) === 0) {
    throw new Refusal("not_found", "This machine has no such session.");
  }
  await recordEnded(ctx, ended, reason);
}

/**
 * Ends every open session that hangs on what is being withdrawn; part of the deed that withdraws it.
 * @returns the names of the hosts that were connected
 */
export async function endSessions(
  ctx: Ctx,
  of: { readonly secretId: string } | { readonly machineIds: readonly string[] },
  reason: "client secret deleted" | "machine disabled" | "machine deleted",
): Promise<string[]> {
  allow(ctx.actor, "secretId" in of ? "secrets.delete" : "machines.disable");
  const scope = "secretId" in of ? { secretId: of.secretId } : { machineId: { in: [...of.machineIds] } };
  const ended = await ctx.db.session.updateManyAndReturn({
    where: { tenantId: ctx.actor.tenantId, endedAt: null, ...scope },
    data: { endedAt: ctx.now, endReason: `${reason} by ${ctx.actor.name}` },
    select: ENDED,
  });
  await recordEnded(ctx, ended, reason);
  return ended.map(({ hostName }) => hostName).sort();
}
