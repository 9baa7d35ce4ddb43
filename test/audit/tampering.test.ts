import { beforeEach, describe, expect, test } from "vitest";
import { record } from "@/lib/audit/commands";
import { INSTALLATION_CHAIN } from "@/lib/audit/digest";
import { verifyChain } from "@/lib/audit/queries/verify-chain";
import { isIntact } from "@/lib/audit/schema";
import { chainAll } from "@/lib/background/audit-chainer";
import type { UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { type Finding, verifyAllRecords, verifyTenantRecord } from "@/lib/operator/verify-audit";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { forgetRecord, tamper } from "@/test/tamper";
import {
  act,
  inTransaction,
  newInstallationAdmin,
  newTenantAdmin,
  prisma,
  provisioned,
  sql,
  systemCtx,
} from "@/test/world";

const EVENTS = 10;
const INSUFFICIENT_PRIVILEGE = "42501";

let admin: UserActor;
const chainNow = () => chainAll({ waits: true });
const verify = (heads: string[] = [], chain = admin.tenantId) =>
  verifyChain({ ...systemCtx(prisma()), db: sql() }, { chain, heads });

/** Something for the record: one event a name, in one transaction each. */
async function write(...names: string[]) {
  for (const name of names) {
    await inTransaction((db) =>
      record({ db, actor: admin, now: new Date() }, [
        { type: "asset.added", assetId: name, name, kind: "Text" },
      ]),
    );
  }
}

/** The ids of the tenant's events in the order of its chain. */
const chained = async () =>
  (await prisma().auditLink.findMany({ where: { chain: admin.tenantId }, orderBy: { sequence: "asc" } })).map(
    ({ eventId }) => eventId,
  );

const found = async () =>
  (await verify()).findings.map(({ kind, sequence, eventId }) => ({ kind, sequence, eventId }));

beforeEach(async () => {
  admin = await newTenantAdmin();
  // The tenant's own creation is the first event.
  await write(...Array.from({ length: EVENTS - 1 }, (_, index) => `asset ${index}`));
  await chainNow();
});

test("a record that nobody touched is intact, sealed to its last event", async () => {
  const report = await verify();
  expect(report).toMatchObject({ chained: EVENTS, waiting: 0, findings: [], missingGuards: [] });
  expect(report.head).toMatchObject({
    sequence: String(EVENTS),
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(isIntact(report)).toBe(true);
  expect(isIntact(await verify([], INSTALLATION_CHAIN))).toBe(true);
});

describe("a hand in the events is found where it was", () => {
  const CHANGES = {
    "the time": "at = at + interval '1 millisecond'",
    "the actor": "actor_id = gen_random_uuid()::text",
    "the actor's kind": "actor_kind = 'robot'",
    "the actor's name": "actor_name = 'eve'",
    "the address": "address = '203.0.113.9'",
    "the address, to none": "address = NULL",
    "the type": "type = 'asset.deleted'",
    "the machine": "machine_id = gen_random_uuid()",
    "the credential": "credential_id = 'x'",
    "the details": `details = jsonb_set(details, '{name}', '"other"')`,
    "a further detail": `details = details || '{"more": 1}'`,
    "its own signature": "digest = sha256('x')",
    "its lack of a signature": "digest = NULL, digest_key_id = NULL",
    "the name of the key": "digest_key_id = 'other'",
  };
  test.each(Object.entries(CHANGES))("%s", async (_what, change) => {
    const eventId = (await chained())[4];
    await tamper([`UPDATE audit_events SET ${change} WHERE id = $1`, eventId]);
    expect(await found()).toEqual([{ kind: "event changed", sequence: "5", eventId }]);
  });

  test("an event that was removed", async () => {
    const eventId = (await chained())[6];
    await tamper(["DELETE FROM audit_events WHERE id = $1", eventId]);
    expect(await found()).toEqual([{ kind: "event removed", sequence: "7", eventId }]);
  });

  test("an event that was removed with its link", async () => {
    const eventId = (await chained())[6];
    await tamper(
      ["DELETE FROM audit_events WHERE id = $1", eventId],
      ["DELETE FROM audit_links WHERE event_id = $1", eventId],
    );
    expect(await found()).toEqual([{ kind: "links removed", sequence: "7", eventId: null }]);
  });

  test("the last events, removed with their links, are missed by an earlier head", async () => {
    const { head } = await verify();
    const { tenantId } = admin;
    await tamper(
      ["DELETE FROM audit_events WHERE id = ANY($1::uuid[])", (await chained()).slice(8)],
      ["DELETE FROM audit_links WHERE chain = $1 AND sequence > 8", tenantId],
    );
    const report = await verify([head?.digest ?? ""]);
    expect(report).toMatchObject({ chained: 8, findings: [], containedHeads: [] });
    await write("later");
    await chainNow();
    expect(await verify([report.head?.digest ?? ""])).toMatchObject({ containedHeads: [report.head] });
  });

  test("an event of another tenant, brought here", async () => {
    const eventId = (await chained())[3];
    const other = await newTenantAdmin();
    await tamper(["UPDATE audit_events SET tenant_id = $2 WHERE id = $1", eventId, other.tenantId]);
    expect(await found()).toEqual([{ kind: "event changed", sequence: "4", eventId }]);
    expect((await verify([], other.tenantId)).findings).toMatchObject([
      { kind: "event outside the chain", eventId },
    ]);
  });
});

describe("an event that was written by hand is found", () => {
  const insert = (columns: string, values: string): readonly [string, string] => [
    `INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_name, type, details${columns})
     VALUES (gen_random_uuid(), $1, now() - interval '1 day', 'system', 'Latchkey', 'secret.issued', '{}'${values})`,
    admin.tenantId,
  ];

  test.each([
    ["without a signature", "", ""],
    [
      "with a made-up one",
      ", digest, digest_key_id",
      ", sha256('x'), (SELECT digest_key_id FROM audit_links LIMIT 1)",
    ],
  ])("%s", async (_how, columns, values) => {
    await tamper(insert(columns, values));
    await chainNow();
    expect(await found()).toMatchObject([
      { kind: "event not written by Latchkey", sequence: String(EVENTS + 1) },
    ]);
  });

  test("with the signature of another event", async () => {
    const copied = `, digest, digest_key_id) SELECT gen_random_uuid(), tenant_id, at, actor_kind, actor_name, type, details, digest, digest_key_id
      FROM audit_events WHERE tenant_id = $1 ORDER BY at LIMIT 1 --`;
    await tamper([insert("", "")[0].replace(/\)\s+VALUES[\s\S]*/, copied), admin.tenantId]);
    await chainNow();
    expect(await found()).toMatchObject([{ kind: "event not written by Latchkey" }]);
  });

  test("past the sealer", async () => {
    await tamper(insert("", ""), ["DELETE FROM audit_pending"]);
    await chainNow();
    expect(await found()).toMatchObject([{ kind: "event outside the chain", sequence: null }]);
  });

  test("an event that was removed before it was sealed leaves a link behind", async () => {
    await write("short-lived");
    await tamper([`DELETE FROM audit_events WHERE details->>'name' = 'short-lived'`]);
    await chainNow();
    expect(await found()).toMatchObject([{ kind: "event removed", sequence: String(EVENTS + 1) }]);
  });

  test("one that was changed before it was sealed", async () => {
    await write("young");
    await tamper([`UPDATE audit_events SET actor_name = 'eve' WHERE details->>'name' = 'young'`]);
    await chainNow();
    expect(await found()).toMatchObject([{ kind: "event not written by Latchkey" }]);
  });
});

describe("a hand in the links is found where it was", () => {
  const edit = (assignment: string, sequence: number) =>
    [
      `UPDATE audit_links SET ${assignment} WHERE chain = $1 AND sequence = $2`,
      admin.tenantId,
      sequence,
    ] as const;

  test("a link's own digest", async () => {
    await tamper(edit("link_digest = sha256('x')", 5));
    expect(await found()).toMatchObject([{ kind: "link changed or moved", sequence: "5" }]);
  });

  test("what a link says of its event", async () => {
    await tamper(edit("event_digest = sha256('x')", 5));
    expect(await found()).toMatchObject([
      { kind: "link changed or moved", sequence: "5" },
      { kind: "event changed", sequence: "5" },
    ]);
  });

  test("two links that changed places", async () => {
    await tamper(edit("sequence = -1", 4), edit("sequence = 4", 5), edit("sequence = 5", -1));
    const places = (await verify()).findings.map(({ kind, sequence }) => `${kind} ${sequence}`);
    expect(places).toEqual(expect.arrayContaining(["link changed or moved 4", "link changed or moved 5"]));
    expect(places.filter((place) => !/ [456]$/.test(place))).toEqual([]);
  });

  test("two links that changed events", async () => {
    const [fourth, fifth] = (await chained()).slice(3, 5);
    const swap = "UPDATE audit_links SET event_id = $2 WHERE event_id = $1";
    const aside = "00000000-0000-4000-8000-000000000000";
    await tamper([swap, fourth, aside], [swap, fifth, fourth], [swap, aside, fifth]);
    const findings = await found();
    expect(new Set(findings.map(({ sequence }) => sequence))).toEqual(new Set(["4", "5"]));
  });

  test("a link under the chain's beginning does not hide an event", async () => {
    await tamper(edit("sequence = -7", 5));
    expect((await found()).map(({ kind }) => kind)).toContain("links removed");
  });

  test("a link that names another key", async () => {
    await tamper(edit("digest_key_id = 'other'", 5));
    expect(await found()).toMatchObject([{ kind: "written under another key", sequence: "5" }]);
  });
});

describe("the application's own connection cannot change the record", () => {
  test.each([
    "UPDATE audit_events SET actor_name = 'eve'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
    "UPDATE audit_links SET sequence = 0",
    "DELETE FROM audit_links",
    "TRUNCATE audit_links",
    "SET session_replication_role = replica; DELETE FROM audit_events",
  ])("%s", async (statement) => {
    const client = await database().pool.connect();
    try {
      await client.query("BEGIN");
      await expect(client.query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
    expect((await verify()).findings).toEqual([]);
  });

  test("and where a guard is gone, the report says so", async () => {
    await prisma().$executeRaw`ALTER TABLE audit_events DISABLE TRIGGER audit_events_unchanged`;
    const report = await verify();
    await prisma().$executeRaw`ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_unchanged`;
    expect(report.missingGuards).toEqual(["audit_events_unchanged"]);
    expect(isIntact(report)).toBe(false);
  });
});

test("the button also says whether the installation's chain is intact, and nothing else of it", async () => {
  const press = () => verifyTenantRecord({ db: prisma(), actor: admin, now: new Date() });
  expect(await press()).toMatchObject({ findings: [], isInstallationIntact: true });
  await tamper(["UPDATE audit_events SET actor_name = 'eve' WHERE tenant_id IS NULL"]);
  expect(await press()).toMatchObject({ findings: [], isInstallationIntact: false });
});

describe("what lives by the record is compared with it", () => {
  const press = async () =>
    (await verifyTenantRecord({ db: prisma(), actor: admin, now: new Date() })).findings.map(
      ({ kind, subjectId }) => `${kind}: ${subjectId}`,
    );

  test("a secret whose whole earlier row was put back", async () => {
    const { machineId, secretId } = await provisioned(admin);
    const { digest, mac } = await prisma().credential.findUniqueOrThrow({ where: { id: secretId } });
    await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
    expect(await press()).toEqual([]);
    await prisma().credential.update({ where: { id: secretId }, data: { digest, mac, revokedAt: null } });
    expect(await press()).toEqual([`credential deleted in the record: ${secretId}`]);
  });

  test("a secret whose row was changed, and one that nobody issued", async () => {
    const { secretId } = await provisioned(admin);
    await prisma().credential.update({ where: { id: secretId }, data: { expiresAt: new Date() } });
    expect(await press()).toEqual([`credential not written by Latchkey: ${secretId}`]);
    await forgetRecord();
    await prisma().credential.deleteMany({ where: { id: secretId } });
    const other = await provisioned(admin);
    await forgetRecord();
    expect(await press()).toContain(`credential not in the record: ${other.secretId}`);
  });

  test("a signing key that was withdrawn", async () => {
    const manager = await newInstallationAdmin();
    const { kid, encryptedKey } = await prisma().signingKey.findFirstOrThrow({
      where: { withdrawnAt: null },
    });
    await act(manager, withdrawSigningKey, { kid, confirmedActive: true });
    await prisma().signingKey.update({ where: { kid }, data: { encryptedKey, withdrawnAt: null } });
    const found: Finding[] = [];
    for await (const { report } of verifyAllRecords([])) found.push(...report.findings);
    expect(found).toContainEqual(
      expect.objectContaining({ kind: "signing key withdrawn in the record", subjectId: kid }),
    );
    await prisma().signingKey.update({
      where: { kid },
      data: { encryptedKey: new Uint8Array(), withdrawnAt: new Date() },
    });
  });
});
