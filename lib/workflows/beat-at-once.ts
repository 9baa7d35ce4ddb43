import type { Ctx, RobotActor, Sql } from "@/lib/ctx";
import { TABLES, VERSION } from "@/lib/identity/credential-row";
import { type Beat, beatOf, heartbeatsTogether } from "@/lib/sessions/heartbeats";
import type { HeartbeatInput, SessionView } from "@/lib/sessions/schema";

type PresumedBeat = Beat & { readonly kid: string; readonly version: string };

const AT_ONCE = heartbeatsTogether<PresumedBeat>({
  name: "session_heartbeats_at_once",
  columns: { kid: "text", version: "text" },
  tables: `JOIN (${TABLES}) ON c.id = b.credential_id`,
  where: `AND ${VERSION} = b.version
              AND NOT EXISTS (SELECT FROM revoked_tokens WHERE jti = b.token_id)
              AND EXISTS (SELECT FROM signing_keys WHERE kid = b.kid AND withdrawn_at IS NULL AND sealed_key <> '')`,
  values: (beats) => [beats.map(({ kid }) => kid), beats.map(({ version }) => version)],
});

/**
 * Notes that the host lives in the very statement that asks whether its token still stands: nothing is written where credential, machine or tenant
 * are not of the version by which the caller was presumed to stand, or token or key were withdrawn.
 * @param version of the rows that the actor was found by
 * @returns the session; null where nothing was noted, for whatever reason: then it is asked in the ordinary way
 */
export const beatAtOnce = (
  ctx: Ctx<RobotActor, Sql>,
  input: HeartbeatInput,
  version: string,
): Promise<SessionView | null> =>
  ctx.db.ask(AT_ONCE, { ...beatOf(ctx, input), kid: ctx.actor.tokenKid, version });
