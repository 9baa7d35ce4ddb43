import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx, Sql, SystemActor } from "@/lib/ctx";
import type { EndCode, Ended } from "@/lib/sessions/schema";

/** What a host is told: jobs to stop or kill, and why it is disconnected if it is. */
export type SessionCommands = {
  /** The stream that the host opened last. */
  readonly streamId: string | null;
  readonly ended: Ended | null;
  readonly stop: readonly string[];
  readonly kill: readonly string[];
  /** The secret or key that the session hangs on. */
  readonly credential: {
    readonly id: string;
    readonly kind: CredentialKind;
    readonly expiresAt: Date | null;
    /** The open rotation that hands its successor over to hosts; null without one. */
    readonly rotationId: string | null;
    /** When the rotation ends it at the latest, as far as that is known when it begins. */
    readonly latestEnd: Date | null;
  };
  /** What may end the token that the stream was opened with. */
  readonly token: {
    /** It was revoked, or the key that signed it was withdrawn. */
    readonly isWithdrawn: boolean;
    readonly requiresDpop: boolean;
    /** What tokens of the machine may do; none listed are all. */
    readonly scopes: readonly string[];
    /** Where the credential may be used from; none listed is anywhere. */
    readonly allowedAddresses: readonly string[];
  };
};

/** A stream of events, and the token it was opened with. */
export type OpenStream = {
  readonly streamId: string;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly tokenKid: string;
};

type Row = {
  readonly asking: string;
  readonly stream_id: string | null;
  readonly end_code: EndCode | null;
  readonly ended_by: string | null;
  readonly stop: readonly string[] | null;
  readonly kill: readonly string[] | null;
  readonly credential_id: string;
  readonly kind: CredentialKind;
  readonly expires_at: Date | null;
  readonly rotation_id: string | null;
  readonly latest_end: Date | null;
  readonly is_withdrawn: boolean;
  readonly requires_dpop: boolean;
  readonly allowed_scopes: readonly string[];
  readonly allowed_addresses: readonly string[];
};

const SESSION_COMMANDS = {
  name: "session_commands",
  text: `SELECT asking.stream_id AS asking, s.stream_id, s.end_code, s.ended_by, s.credential_id, c.kind, c.allowed_addresses, c.expires_at, r.id AS rotation_id, r.latest_end,
                j.stop, j.kill, COALESCE(m.requires_dpop, t.requires_dpop) AS requires_dpop,
                CASE WHEN cardinality(m.allowed_scopes) > 0 THEN m.allowed_scopes ELSE t.allowed_scopes END
                  AS allowed_scopes,
                EXISTS (SELECT FROM revoked_tokens WHERE jti = asking.token_id)
                  OR NOT EXISTS (SELECT FROM signing_keys WHERE kid = asking.kid AND withdrawn_at IS NULL)
                  AS is_withdrawn
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS asking(stream_id, session_id, token_id, kid)
           JOIN sessions s ON s.id = asking.session_id
           JOIN credentials c ON c.id = s.credential_id
           JOIN machines m ON m.id = s.machine_id
           JOIN tenants t ON t.id = m.tenant_id
           LEFT JOIN rotations r ON r.from_credential_id = c.id AND r.tenant_id = c.tenant_id AND r.ended_at IS NULL
                AND r.hands_over
          CROSS JOIN LATERAL (
                SELECT array_agg(id::text) FILTER (WHERE state = 'Stopping') AS stop,
                       array_agg(id::text) FILTER (WHERE state = 'Terminating') AS kill
                  FROM jobs WHERE session_id = s.id AND state IN ('Stopping', 'Terminating')) j`,
};

/**
 * One question for any number of hosts, of all tenants: a cut tells a thousand of them at once. The door has asked whose
 * sessions they are.
 * @returns what the hosts of these streams must do now, by stream
 */
export async function sessionCommands(
  ctx: Ctx<SystemActor, Sql>,
  streams: readonly OpenStream[],
): Promise<Map<string, SessionCommands>> {
  const rows = await ctx.db.query<Row>(SESSION_COMMANDS, [
    streams.map(({ streamId }) => streamId),
    streams.map(({ sessionId }) => sessionId),
    streams.map(({ tokenId }) => tokenId),
    streams.map(({ tokenKid }) => tokenKid),
  ]);
  return new Map(rows.map((row) => [row.asking, commandsOf(row)]));
}

const commandsOf = (row: Row): SessionCommands => ({
  streamId: row.stream_id,
  ended: row.end_code ? { endCode: row.end_code, endedBy: row.ended_by } : null,
  stop: row.stop ?? [],
  kill: row.kill ?? [],
  credential: {
    id: row.credential_id,
    kind: row.kind,
    expiresAt: row.expires_at,
    rotationId: row.rotation_id,
    latestEnd: row.latest_end,
  },
  token: {
    isWithdrawn: row.is_withdrawn,
    requiresDpop: row.requires_dpop,
    scopes: row.allowed_scopes,
    allowedAddresses: row.allowed_addresses,
  },
});
