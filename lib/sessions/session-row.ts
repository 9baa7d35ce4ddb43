import { sessionState } from "./rules";
import { HEARTBEAT_INTERVAL_SECONDS, type SessionView } from "./schema";

/** A session as the short path reads it. */
export type SessionRow = {
  id: string;
  machine_id: string;
  credential_id: string;
  host_name: string;
  robot_version: string | null;
  platform: string | null;
  is_busy: boolean;
  started_at: Date;
  heartbeat_at: Date;
  ended_at: Date | null;
};

/** Its columns, of a table that the statement calls `s`. */
export const SESSION_COLUMNS = `s.id, s.machine_id, s.credential_id, s.host_name, s.robot_version, s.platform, s.is_busy,
                s.started_at, s.heartbeat_at, s.ended_at`;

/** What a session is opened with. */
export const OPENED_COLUMNS = `id, tenant_id, machine_id, credential_id, host_name, host_key, robot_version, platform, address, is_busy,
                started_at, heartbeat_at, token_id, token_expires_at, instance_id`;

/** What changes when a host takes its session over, where the statement wanted to insert a new one. */
export const TAKEN_OVER = [
  "credential_id",
  "host_name",
  "robot_version",
  "platform",
  "address",
  "is_busy",
  "started_at",
  "heartbeat_at",
  "token_id",
  "token_expires_at",
  "instance_id",
]
  .map((column) => `${column} = EXCLUDED.${column}`)
  .join(", ");

/** Whoever asks for its own session is being heard. */
const NOT_SILENT = new Date(0);

/** @returns the session as the robot sees it */
export const sessionView = (row: SessionRow): SessionView => ({
  id: row.id,
  machineId: row.machine_id,
  hostName: row.host_name,
  credentialId: row.credential_id,
  state: sessionState(
    { endedAt: row.ended_at, heartbeatAt: row.heartbeat_at, isBusy: row.is_busy },
    NOT_SILENT,
  ),
  robotVersion: row.robot_version,
  platform: row.platform,
  startedAt: row.started_at,
  heartbeatAt: row.heartbeat_at,
  endedAt: row.ended_at,
  endReason: null,
  heartbeatIntervalSeconds: HEARTBEAT_INTERVAL_SECONDS,
});
