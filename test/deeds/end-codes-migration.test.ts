import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OlderDatabase, olderDatabase } from "@/test/older-database";

let older: OlderDatabase;

beforeAll(async () => {
  older = await olderDatabase("20261127205500");
});

afterAll(() => older.drop());

const ADA = "ada by machine deleted@latchkey.test";
const SESSIONS = [
  [`client secret deleted by ${ADA}`, "secret_deleted", ADA],
  [`key deleted by ${ADA}`, "key_deleted", ADA],
  ["client secret expired", "secret_expired", null],
  ["key expired", "key_expired", null],
  [`machine disabled by ${ADA}`, "machine_disabled", ADA],
  [`machine deleted by ${ADA}`, "machine_deleted", ADA],
  ["disconnected by machine deleted by", "disconnected", "machine deleted by"],
  [`client authentication of the machine changed by ${ADA}`, "machine_authentication_changed", ADA],
  [`client authentication of the tenant changed by ${ADA}`, "tenant_authentication_changed", ADA],
  ["closed by the robot", "closed", null],
  [`silent, and removed by ${ADA}`, "removed", ADA],
  [null, null, null],
] as const;
const JOBS = [
  [`client secret deleted by ${ADA}`, "secret_deleted", ADA],
  ["the host was silent for 120 seconds", "host_silent", null],
  ["the robot started again without it", "not_running", null],
  ["a robot that does not run it connected under this host's name, from 10.0.0.1", "other_robot", "10.0.0.1"],
  ["a robot that does not run it connected under this host's name", "other_robot", null],
  ["the robot disconnected before it reported the end", "robot_disconnected", null],
  [`stopped before it started by ${ADA}`, "stopped_before_start", ADA],
  [null, null, null],
] as const;

test("what ended before there were codes has the code of its sentence, and who did it", async () => {
  const { db } = older;
  const [tenant, machine, process] = [randomUUID(), randomUUID(), randomUUID()];
  const [credential] = machine.split("-", 1);
  await db.query("INSERT INTO tenants (id, slug, name, created_at) VALUES ($1, 'older', 'Older', now())", [
    tenant,
  ]);
  await db.query(
    `INSERT INTO machines (id, tenant_id, kind, name, name_key, client_id, unattended_runtimes, non_production_runtimes,
                           testing_runtimes, process_type, process_compatibility, tags, created_at)
     VALUES ($1, $2, 'Template', 'M', 'm', gen_random_uuid(), 1, 0, 0, 'Any', 'Any', '{}', now())`,
    [machine, tenant],
  );
  await db.query(
    `INSERT INTO credentials (id, tenant_id, machine_id, created_at, mac, mac_key_id, digest, pepper_id, last_four, kind)
     VALUES ($1, $2, $3, now(), '', '', '', '', '', 'Secret')`,
    [credential, tenant, machine],
  );
  await db.query(
    `INSERT INTO sessions (id, tenant_id, machine_id, credential_id, host_name, host_key, address, started_at, heartbeat_at, ended_at,
                           end_reason)
     SELECT gen_random_uuid(), $1, $2, $3, n::text, n::text, '', now(), now(), CASE WHEN reason IS NULL THEN NULL ELSE now() END, reason
       FROM unnest($4::text[]) WITH ORDINALITY AS r(reason, n)`,
    [tenant, machine, credential, SESSIONS.map(([reason]) => reason)],
  );
  await db.query(
    `INSERT INTO processes (id, tenant_id, name, name_key, description, runtime_type, default_input, created_at)
     VALUES ($1, $2, 'P', 'p', '', 'Unattended', '{}', now())`,
    [process, tenant],
  );
  await db.query(
    `INSERT INTO jobs (id, tenant_id, process_id, runtime_type, input, state, created_at, progress, end_reason)
     SELECT gen_random_uuid(), $1, $2, 'Unattended', '{}', 'Faulted', now(), n, reason
       FROM unnest($3::text[]) WITH ORDINALITY AS r(reason, n)`,
    [tenant, process, JOBS.map(([reason]) => reason)],
  );
  await older.upgrade();
  const ends = async (table: string, order: string) =>
    (await db.query(`SELECT end_code, ended_by FROM ${table} ORDER BY ${order}`)).rows;
  const asRows = (known: readonly (readonly [unknown, string | null, string | null])[]) =>
    known.map(([, end_code, ended_by]) => ({ end_code, ended_by }));
  expect(await ends("sessions", "host_name::int")).toEqual(asRows(SESSIONS));
  expect(await ends("jobs", "progress")).toEqual(asRows(JOBS));
});
