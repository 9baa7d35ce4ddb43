import type { Client } from "pg";
import { StartupError } from "@/server/lifecycle/startup-error";

/**
 * The instants that earlier versions wrote without their zone, so that PostgreSQL read them in that of the session. Whatever is not here was
 * written with its zone, or is over before anybody could mend it.
 */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  tenants: ["created_at"],
  admins: ["created_at", "disabled_at"],
  admin_passwords: ["changed_at"],
  memberships: ["created_at", "disabled_at"],
  sign_ins: ["started_at", "confirmed_at", "last_seen_at", "ended_at"],
  second_factors: ["created_at", "confirmed_at"],
  recovery_codes: ["created_at"],
  identities: ["created_at"],
  invites: ["created_at"],
  password_resets: ["created_at"],
  setup_tokens: ["created_at"],
  sign_in_failures: ["last_failed_at"],
  machines: ["created_at", "disabled_at", "deleted_at"],
  credentials: ["created_at", "expires_at", "expiry_cut_at", "revoked_at"],
  sessions: ["started_at", "ended_at", "removed_at"],
  revoked_tokens: ["revoked_at", "expires_at"],
  signing_keys: ["created_at", "activates_at", "retired_at", "withdrawn_at"],
  audit_events: ["at"],
  audit_links: ["sealed_at"],
  audit_keys: ["created_at"],
  processes: ["created_at", "deleted_at"],
  jobs: ["created_at", "started_at", "stop_asked_at", "kill_asked_at", "ended_at"],
  assets: ["created_at", "updated_at"],
};

const GUARDS = ["audit_events_unchanged", "audit_links_unchanged"];

/**
 * An event's id (a UUID of version 7) was made from the instant that its row states, so the two tell by how much a row is off.
 * Zones differ from UTC by quarters of an hour; anything else is no matter of zones.
 */
const EVIDENCE = `
  SELECT count(*) FILTER (WHERE abs(off) > 450 AND abs(off) < 15 * 3600 AND abs(off - 900 * round(off / 900)) < 60)::int AS shifted,
         count(*) FILTER (WHERE abs(off_if_mended) < 60)::int AS mendable, count(*)::int AS all, max(abs(off) / 3600)::float8 AS hours
    FROM (SELECT extract(epoch FROM at) - made AS off,
                 extract(epoch FROM (at AT TIME ZONE $1) AT TIME ZONE 'UTC') - made AS off_if_mended
            FROM (SELECT at, ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0 AS made
                    FROM audit_events WHERE substr(id::text, 15, 1) = '7') AS event) AS compared`;

type Evidence = { shifted: number; mendable: number; all: number; hours: number };

/**
 * Earlier versions wrote most instants in the zone that the database, the role or the server had set. Finds whether this database holds
 * such, and mends them all in one transaction.
 * @param client of the role that owns the tables, before it meets the migrations of this version
 * @returns the zone they were in, or null when all were right
 * @throws StartupError when the zone that is set now does not explain them.
 */
export async function mendShiftedTimes(client: Client): Promise<string | null> {
  const { rows: known } = await client.query<{ zone: string }>(
    "SELECT reset_val AS zone FROM pg_settings WHERE name = 'TimeZone' AND to_regclass('audit_events') IS NOT NULL",
  );
  const zone = known[0]?.zone;
  if (zone === undefined) return null;
  const { rows } = await client.query<Evidence>(EVIDENCE, [zone]);
  const [evidence] = rows;
  if (!evidence || evidence.shifted === 0) return null;
  if (evidence.mendable < evidence.all) {
    throw new StartupError(
      `An earlier Latchkey wrote times into this database in a time zone other than UTC: ${evidence.shifted} of ${evidence.all} events are off, by up to ${evidence.hours.toFixed(2)} hours. ` +
        `The zone it has now (${zone}) does not explain them all, so they cannot be mended. Set the zone it had then with ALTER DATABASE … SET timezone, and start again; if it changed while Latchkey ran, restore a backup from before.`,
    );
  }
  await client.query("BEGIN");
  await guards(client, "DISABLE");
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const there = await columnsOf(client, table);
    const changes = columns
      .filter((column) => there.has(column))
      .map((column) => `${column} = (${column} AT TIME ZONE $1) AT TIME ZONE 'UTC'`);
    if (changes.length > 0) await client.query(`UPDATE ${table} SET ${changes.join(", ")}`, [zone]);
  }
  // Heartbeats were written rightly, but for a host's first one, which may lie in the future.
  await client.query("UPDATE sessions SET heartbeat_at = LEAST(heartbeat_at, now())");
  await guards(client, "ENABLE ALWAYS");
  await client.query("COMMIT");
  return zone;
}

async function columnsOf(client: Client, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
    [table],
  );
  return new Set(rows.map(({ name }) => name));
}

/** The record's own guards refuse this, too: what is mended here is found right afterwards by its signatures. */
async function guards(client: Client, verb: "DISABLE" | "ENABLE ALWAYS"): Promise<void> {
  const { rows } = await client.query<{ name: string; place: string }>(
    "SELECT tgname AS name, tgrelid::regclass::text AS place FROM pg_trigger WHERE tgname = ANY($1) AND tgrelid IN (to_regclass('audit_events'), to_regclass('audit_links'))",
    [GUARDS],
  );
  for (const { name, place } of rows) await client.query(`ALTER TABLE ${place} ${verb} TRIGGER ${name}`);
}
