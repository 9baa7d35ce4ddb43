import { PrismaPg } from "@prisma/adapter-pg";
import { Pool } from "pg";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { chainEvents } from "@/lib/audit/commands/chain-events";
import { verifyChain } from "@/lib/audit/queries/verify-chain";
import { issueSecret } from "@/lib/credentials/commands/issue-secret";
import type { UserActor } from "@/lib/ctx";
import { databasePool, openDatabase } from "@/lib/database-connection";
import { sqlOver } from "@/lib/db";
import { PrismaClient } from "@/lib/generated/prisma/client";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { createTenant } from "@/lib/tenants/commands";
import { mendShiftedTimes } from "@/server/database/shifted-times";
import { StartupError } from "@/server/lifecycle/startup-error";
import { type TestDatabase, testDatabase } from "@/test/database";
import { systemCtx } from "@/test/people";

const NOW = new Date("2026-11-27T14:30:00.125Z");
const EXPIRES_AT = new Date("2026-12-24T06:00:00.000Z");

let database: TestDatabase;
beforeAll(() => {
  process.env.DATABASE_URL = "postgresql://nobody@localhost/none";
});
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

async function setZone(zone: string): Promise<void> {
  const client = await openDatabase(database.url);
  const name = new URL(database.url).pathname.slice(1);
  await client.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET timezone = '${zone}'`);
  await client.end();
}

/** Events have their zone with them by now; those versions wrote them like all else. */
async function shiftEvents(tenantId: string, zone: string): Promise<void> {
  const client = await openDatabase(database.url);
  await client.query("ALTER TABLE audit_events DISABLE TRIGGER audit_events_unchanged");
  const shifted = "at = (at AT TIME ZONE 'UTC') AT TIME ZONE $2";
  await client.query(`UPDATE audit_events SET ${shifted} WHERE tenant_id = $1`, [tenantId, zone]);
  await client.query("ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_unchanged");
  await client.end();
}

/** A tenant with a machine and two secrets, written as versions wrote that took the session's zone as it came. */
async function writeIn(zone: string): Promise<{ tenantId: string; secretId: string }> {
  await setZone(zone);
  const pool = new Pool({ connectionString: database.url, options: "-c datestyle=ISO", max: 2 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const written = await prisma.$transaction(async (db) => {
    const slug = zone.toLowerCase().replace("/", "-").replace("_", "-");
    const tenant = await createTenant(systemCtx(db, NOW), { slug, name: slug });
    const email = `${slug}@latchkey.test`;
    const { id } = await db.admin.create({ data: { email, emailKey: email, createdAt: NOW } });
    const who = { kind: "admin", id, name: email, address: null, role: "Administrator" } as const;
    const actor: UserActor = { ...who, tenantId: tenant.id, managesInstallation: false };
    const input = provisionMachineSchema.parse({ name: "unattended", kind: "Template" });
    const { machineId } = await provisionMachine({ db, actor, now: NOW }, input);
    const { secretId } = await issueSecret({ db, actor, now: NOW }, { machineId, expiresAt: EXPIRES_AT });
    return { tenantId: tenant.id, secretId };
  });
  await shiftEvents(written.tenantId, zone);
  await prisma.$transaction((db) => chainEvents(systemCtx(db, NOW), { waits: true }));
  await prisma.$disconnect();
  await pool.end();
  return written;
}

async function mend(): Promise<string | null> {
  const client = await openDatabase(database.url);
  try {
    return await mendShiftedTimes(client);
  } finally {
    await client.end();
  }
}

async function read({ tenantId, secretId }: { tenantId: string; secretId: string }) {
  const pool = databasePool(database.url, { max: 1 });
  const db = sqlOver(async ({ text }, values) => (await pool.query(text, [...values])).rows);
  const [times] = await db.query(
    { name: "", text: "SELECT created_at, expires_at, revoked_at FROM credentials WHERE id = $1" },
    [secretId],
  );
  const report = await verifyChain({ db, actor: { kind: "system" }, now: NOW }, { chain: tenantId });
  await pool.end();
  const { findingCount, missingGuards } = report;
  return { times, findingCount, missingGuards };
}

const RIGHT = {
  times: { created_at: NOW, expires_at: EXPIRES_AT, revoked_at: null },
  findingCount: 0,
  missingGuards: [],
};

test.each(["America/New_York", "Asia/Tokyo", "Europe/Berlin", "Asia/Kolkata"])(
  "what an earlier version wrote in the zone %s is mended, once, and the record verifies",
  async (zone) => {
    const written = await writeIn(zone);
    expect(await read(written)).not.toMatchObject({ findingCount: 0 });
    expect(await mend()).toBe(zone);
    expect(await read(written)).toEqual(RIGHT);
    expect(await mend()).toBeNull();
    expect(await read(written)).toEqual(RIGHT);
  },
);

test("times that were written in UTC stay as they are, whatever the zone is now", async () => {
  const written = await writeIn("UTC");
  await setZone("Asia/Tokyo");
  expect(await mend()).toBeNull();
  expect(await read(written)).toEqual(RIGHT);
});

test("times that the zone of now does not explain are refused, with what to do, and nothing is changed", async () => {
  const written = await writeIn("America/New_York");
  const before = await read(written);
  await setZone("UTC");
  await expect(mend()).rejects.toThrow(StartupError);
  await expect(mend()).rejects.toThrow(/off, by up to 5\.00 hours.*ALTER DATABASE/s);
  await setZone("Europe/Berlin");
  await expect(mend()).rejects.toThrow(/Europe\/Berlin/);
  expect(await read(written)).toEqual(before);
});

test("times of two zones are refused", async () => {
  await writeIn("UTC");
  await writeIn("America/New_York");
  await expect(mend()).rejects.toThrow(/cannot be mended/);
});
