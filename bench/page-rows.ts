import { randomUUID } from "node:crypto";
import type { Client } from "pg";

/** The slug of the tenant that has many rows of everything. */
export const CROWDED = "crowded";
const OTHER_TENANTS = 200;
const MACHINES_OF_OTHERS = 500;

/**
 * Fills an empty, migrated database: one tenant with very many machines, a secret each and another one of every fiftieth, a tenth of
 * them never used and one in a hundred not for long, a twentieth of them with a name; a host connected on every tenth; and 200 other tenants beside it.
 * @param rows how many machines the one tenant has
 */
export async function makeMachines(db: Client, rows: number): Promise<void> {
  await db.query("INSERT INTO tenants (id, slug, name, created_at) VALUES ($1, $2, 'Crowded', now())", [
    randomUUID(),
    CROWDED,
  ]);
  await db.query(
    `INSERT INTO tenants (id, slug, name, created_at)
     SELECT gen_random_uuid(), 'other-' || n, 'Other ' || n, now() FROM generate_series(1, ${OTHER_TENANTS}) n`,
  );
  await db.query(
    "INSERT INTO hearing (id, since, until) VALUES (1, now() - interval '1 hour', now() + interval '1 minute')",
  );
  // What triggers keep is written with the rows: a million times one by one would take half an hour.
  await db.query("ALTER TABLE credentials DISABLE TRIGGER USER");
  await db.query(
    `INSERT INTO machines (id, tenant_id, kind, name, name_key, description, client_id, unattended_runtimes, non_production_runtimes,
                           testing_runtimes, process_type, process_compatibility, tags, created_at, disabled_at, deleted_at,
                           live_secrets, is_used, credential_words)
     SELECT uuidv7(), t.id, (CASE WHEN n % 3 = 0 THEN 'Standard' ELSE 'Template' END)::"MachineKind",
            'Robot-' || n, CASE WHEN n % 200 = 7 THEN NULL ELSE 'robot-' || n END,
            CASE WHEN n % 4 = 0 THEN 'Hall ' || n % 50 || ', cell ' || n % 977 ELSE '' END, gen_random_uuid(), 1, 0, 0, 'Any', 'Any',
            CASE WHEN n % 10 = 0 THEN ARRAY['line-' || n % 300, 'shift ' || n % 3] ELSE '{}' END,
            now() - interval '2 years' * (n / 10 * 10 / size::float), CASE WHEN n % 1000 = 1 THEN now() END,
            CASE WHEN n % 200 = 7 THEN now() END,
            CASE WHEN n % 200 = 7 THEN 0 WHEN n % 50 = 0 THEN 2 ELSE 1 END, n % 10 <> 0,
            CASE WHEN n % 20 = 3 THEN 'billing host ' || n ELSE '' END
       FROM (SELECT id, CASE WHEN slug = $1 THEN ${rows} ELSE ${MACHINES_OF_OTHERS} END AS size FROM tenants
              WHERE slug = $1 OR slug LIKE 'other-%') t
      CROSS JOIN LATERAL generate_series(1, size) n`,
    [CROWDED],
  );
  await db.query(
    `INSERT INTO credentials (id, tenant_id, machine_id, name, digest, pepper_id, last_four, created_at, last_used_at, revoked_at, mac, mac_key_id)
     SELECT substr(md5(m.id::text || each), 1, 16), m.tenant_id, m.id, CASE WHEN each = 1 THEN m.credential_words ELSE '' END, '\\x00', 'bench', 'abcd', m.created_at,
            CASE WHEN NOT m.is_used OR each = 2 THEN NULL
                 WHEN m.name LIKE '%01' THEN now() - interval '100 days'
                 ELSE now() - interval '30 days' * random() END,
            m.deleted_at, '\\x00', 'bench'
       FROM machines m CROSS JOIN LATERAL generate_series(1, greatest(m.live_secrets, 1)) each`,
  );
  await db.query(
    `INSERT INTO machine_uses (tenant_id, machine_id, last_used_at)
     SELECT tenant_id, machine_id, date_trunc('minute', max(last_used_at)) FROM credentials
      WHERE last_used_at IS NOT NULL GROUP BY tenant_id, machine_id`,
  );
  await db.query("ALTER TABLE credentials ENABLE TRIGGER USER");
  await db.query(
    `INSERT INTO sessions (id, tenant_id, machine_id, credential_id, host_name, host_key, address, is_busy, started_at, heartbeat_at)
     SELECT gen_random_uuid(), m.tenant_id, m.id, c.id, 'HOST-' || m.name, 'host-' || m.name_key, '10.0.0.1', random() < 0.3,
            now() - interval '1 day', now()
       FROM machines m JOIN credentials c ON c.machine_id = m.id WHERE m.name LIKE '%3' AND m.deleted_at IS NULL`,
  );
  await db.query("VACUUM ANALYZE");
}

/**
 * Adds as many jobs to the one tenant, of 20 processes: one in 200 is Faulted, and a thousand each wait and run; the others are done.
 */
export async function makeJobs(db: Client, jobs: number): Promise<void> {
  await db.query(
    `INSERT INTO processes (id, tenant_id, name, name_key, default_input, runtime_type, created_at)
     SELECT gen_random_uuid(), t.id, 'process ' || n, 'process ' || n, '{}', 'Unattended', now()
       FROM tenants t CROSS JOIN generate_series(1, 20) n WHERE t.slug = $1`,
    [CROWDED],
  );
  await db.query(
    `INSERT INTO jobs (id, tenant_id, process_id, runtime_type, input, state, created_at, session_id)
     SELECT uuidv7(), p.tenant_id, p.id, 'Unattended', '{}',
            (CASE WHEN n <= 1000 THEN 'Pending' WHEN n <= 2000 THEN 'Running' WHEN n % 200 = 0 THEN 'Faulted'
                  ELSE 'Successful' END)::"JobState",
            now() - interval '1 year' * (n / 10 * 10 / ${jobs}::float), CASE WHEN n BETWEEN 1001 AND 2000 THEN s.ids[n] END
       FROM generate_series(1, ${jobs}) n
       JOIN (SELECT *, row_number() OVER () AS number FROM processes
              WHERE tenant_id = (SELECT id FROM tenants WHERE slug = $1)) p ON p.number = 1 + n % 20
      CROSS JOIN (SELECT array_agg(id) AS ids FROM (
             SELECT id FROM sessions WHERE tenant_id = (SELECT id FROM tenants WHERE slug = $1) LIMIT 5000) some_of) s`,
    [CROWDED],
  );
  await db.query("VACUUM ANALYZE jobs");
}

/** Adds as many ended sessions of the one tenant's hosts, which nobody took off the list of robots. */
export async function makeEndedSessions(db: Client, sessions: number): Promise<void> {
  await db.query(
    `INSERT INTO sessions (id, tenant_id, machine_id, credential_id, host_name, host_key, address, started_at, heartbeat_at, ended_at,
                           end_code)
     SELECT uuidv7(), s.tenant_id, s.machine_id, s.credential_id, 'PAST-' || n, 'past-' || n, '10.0.0.1', t.at, t.at, t.at, 'closed'
       FROM (SELECT *, row_number() OVER () AS number, count(*) OVER () AS size FROM sessions
              WHERE tenant_id = (SELECT id FROM tenants WHERE slug = $1) LIMIT 1000) s
       JOIN generate_series(1, ${sessions}) n ON s.number = 1 + n % least(s.size, 1000)
      CROSS JOIN LATERAL (SELECT now() - interval '1 year' * (n / 10 * 10 / ${sessions}::float) AS at) t`,
    [CROWDED],
  );
  await db.query("VACUUM ANALYZE sessions");
}
