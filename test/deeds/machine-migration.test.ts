import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OlderDatabase, olderDatabase } from "@/test/older-database";

let older: OlderDatabase;

beforeAll(async () => {
  older = await olderDatabase("20261127160");
});

afterAll(() => older.drop());

test("machines of an older version are counted and sorted as their credentials say, with pg_trgm or without", async () => {
  const { db } = older;
  const tenant = randomUUID();
  await db.query("INSERT INTO tenants (id, slug, name, created_at) VALUES ($1, 'older', 'Older', now())", [
    tenant,
  ]);
  const machine = async (nameOf: string, credentials: string) => {
    const id = randomUUID();
    await db.query(
      `INSERT INTO machines (id, tenant_id, kind, name, name_key, client_id, unattended_runtimes, non_production_runtimes,
                             testing_runtimes, process_type, process_compatibility, tags, created_at)
       VALUES ($1, $2, 'Template', $3::text, $3::text, gen_random_uuid(), 1, 0, 0, 'Any', 'Any', '{}', now())`,
      [id, tenant, nameOf],
    );
    await db.query(
      `INSERT INTO credentials (id, tenant_id, machine_id, created_at, mac, mac_key_id, digest, pepper_id, last_four, public_jwk,
                                algorithms, thumbprint, kind, last_used_at, revoked_at, expiry_cut_at)
       SELECT substr(md5($1::text || n), 1, 16), $2::uuid, $1::uuid, now(), '', '', '', '', '', '{}', '{ES256}', n::text,
              kind, used, revoked, expired
         FROM (VALUES ${credentials}) AS c(n, kind, used, revoked, expired)`,
      [id, tenant],
    );
  };
  const none = "NULL::timestamptz";
  await machine(
    "used",
    `(1, 'Secret'::"CredentialKind", '2026-03-04 05:06:07Z'::timestamptz, ${none}, ${none}),
     (2, 'Secret', '2026-03-04 05:59:59Z', '2026-03-05Z', NULL), (3, 'Key', NULL, NULL, NULL)`,
  );
  await machine(
    "never",
    `(1, 'Secret'::"CredentialKind", ${none}, ${none}, ${none}), (2, 'Secret', NULL, NULL, '2026-03-05Z')`,
  );
  expect(await older.upgrade()).toContain("20261127160000_machines_at_volume");
  const { rows } = await db.query(
    `SELECT name, live_secrets, live_keys, is_used, last_used_at FROM machines m
       LEFT JOIN machine_uses u ON u.machine_id = m.id ORDER BY name DESC`,
  );
  const lastUsedAt = new Date("2026-03-04T05:59:00Z");
  expect(rows).toEqual([
    { name: "used", live_secrets: 1, live_keys: 1, is_used: true, last_used_at: lastUsedAt },
    { name: "never", live_secrets: 1, live_keys: 0, is_used: false, last_used_at: null },
  ]);
  const { rows: made } = await db.query("SELECT FROM pg_class WHERE relname = 'machines_search'");
  expect(made).toEqual([]);
});
