import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx, Sql, SystemActor } from "@/lib/ctx";

/** What a host is told: jobs to stop or kill, and why it is disconnected if it is. */
export type SessionCommands = {
  /** The stream that the host opened last. */
  readonly streamId: string | null;
  readonly ended: { readonly reason: string } | null;
  readonly stop: readonly string[];
  readonly kill: readonly string[];
  /** The secret or key that the session hangs on. */
  readonly credential: {
    readonly id: string;
    readonly kind: CredentialKind;
    readonly expiresAt: Date | null;
  };
};

type Row = {
  readonly id: string;
  readonly stream_id: string | null;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
  readonly stop: readonly string[] | null;
  readonly kill: readonly string[] | null;
  readonly credential_id: string;
  readonly kind: CredentialKind;
  readonly expires_at: Date | null;
};

const SESSION_COMMANDS = {
  name: "session_commands",
  text: `SELECT s.id, s.stream_id, s.ended_at, s.end_reason, s.credential_id, c.kind, c.expires_at,
                array_agg(j.id::text) FILTER (WHERE j.state = 'Stopping') AS stop,
                array_agg(j.id::text) FILTER (WHERE j.state = 'Terminating') AS kill
           FROM sessions s JOIN credentials c ON c.id = s.credential_id
           LEFT JOIN jobs j ON j.session_id = s.id AND j.state IN ('Stopping', 'Terminating')
          WHERE s.id = ANY($1::uuid[])
          GROUP BY s.id, c.id`,
};

/**
 * One question for any number of hosts, of all tenants: a cut tells a thousand of them at once. The door has asked whose
 * sessions they are.
 * @returns what the hosts of these sessions must do now, by session
 */
export async function sessionCommands(
  ctx: Ctx<SystemActor, Sql>,
  sessionIds: readonly string[],
): Promise<Map<string, SessionCommands>> {
  const rows = await ctx.db.query<Row>(SESSION_COMMANDS, [sessionIds]);
  return new Map(
    rows.map(({ id, stream_id, ended_at, end_reason, stop, kill, credential_id, kind, expires_at }) => [
      id,
      {
        streamId: stream_id,
        ended: ended_at ? { reason: end_reason ?? "ended" } : null,
        stop: stop ?? [],
        kill: kill ?? [],
        credential: { id: credential_id, kind, expiresAt: expires_at },
      },
    ]),
  );
}
