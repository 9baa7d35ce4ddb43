import { beforeAll, beforeEach, expect, test } from "vitest";
import { flushUses, noteUse } from "@/lib/credentials/last-use";
import { listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { runStops } from "@/lib/stopping";
import { addSeconds } from "@/lib/time";
import { askToken, buyToken, send } from "@/test/robot";
import {
  ask,
  CALLER_ADDRESS,
  logLines,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  sql,
  way,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
const NOON = new Date("2026-05-04T12:00:00.000Z");

beforeAll(async () => {
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  await flushUses();
  machine = await provisioned(admin);
});

const lastUse = async () => {
  const [secret] = await ask(admin, listSecrets, { machineId: machine.machineId });
  return { at: secret?.lastUsedAt, address: secret?.lastUsedAddress };
};

test("buying a token writes nothing before the answer; the flush then says when and from which address", async () => {
  const before = new Date();
  await buyToken(machine);
  expect(await lastUse()).toEqual({ at: null, address: null });
  await flushUses();
  const { at, address } = await lastUse();
  expect(at?.getTime()).toBeGreaterThanOrEqual(before.getTime());
  expect(address).toBe(CALLER_ADDRESS);
});

test("it is written by itself soon after", async () => {
  await buyToken(machine);
  await expect.poll(lastUse).toMatchObject({ address: CALLER_ADDRESS });
});

test("it is written by itself after a write that failed, also when nobody buys a token any more", async () => {
  await prisma().$executeRaw`ALTER TABLE credentials RENAME COLUMN last_used_address TO last_used_from`;
  try {
    noteUse(sql(), machine.secretId, { at: NOON, address: "10.0.0.7" });
    await expect.poll(() => logLines.join("")).toContain("last use of credentials: not written yet");
  } finally {
    await prisma().$executeRaw`ALTER TABLE credentials RENAME COLUMN last_used_from TO last_used_address`;
  }
  await expect.poll(lastUse).toEqual({ at: NOON, address: "10.0.0.7" });
});

test("a refused request is no use", async () => {
  await askToken({ ...machine, clientId: "somebody-else" });
  await send("GET", "me", "garbage");
  await flushUses();
  expect(await lastUse()).toEqual({ at: null, address: null });
});

test("of many uses the last is written", async () => {
  for (const seconds of [1, 2, 3]) {
    noteUse(sql(), machine.secretId, { at: addSeconds(NOON, seconds), address: `10.0.0.${seconds}` });
  }
  await flushUses();
  expect(await lastUse()).toEqual({ at: addSeconds(NOON, 3), address: "10.0.0.3" });
});

test("it only goes forward, whichever process flushes last", async () => {
  for (const [seconds, address] of [
    [10, "10.0.0.1"],
    [5, "10.0.0.2"],
  ] as const) {
    noteUse(sql(), machine.secretId, { at: addSeconds(NOON, seconds), address });
    await flushUses();
  }
  expect(await lastUse()).toEqual({ at: addSeconds(NOON, 10), address: "10.0.0.1" });
});

test("it is kept while the database is away and written with the next flush; a newer one wins", async () => {
  const other = await provisioned(admin);
  noteUse(sql(), machine.secretId, { at: NOON, address: "10.0.0.1" });
  noteUse(sql(), other.secretId, { at: NOON, address: "10.0.0.1" });
  await way.close();
  const flushing = flushUses();
  noteUse(sql(), machine.secretId, { at: addSeconds(NOON, 1), address: "10.0.0.2" });
  await expect(flushing).rejects.toThrow();
  await way.open();
  await flushUses();
  expect(await lastUse()).toEqual({ at: addSeconds(NOON, 1), address: "10.0.0.2" });
  const [kept] = await ask(admin, listSecrets, { machineId: other.machineId });
  expect(kept?.lastUsedAt).toEqual(NOON);
});

test("stopping the process writes what is still remembered, before the database is let go", async () => {
  noteUse(sql(), machine.secretId, { at: NOON, address: "10.0.0.9" });
  expect(await runStops()).toEqual([]);
  const { Client } = await import("pg");
  const client = new Client({ connectionString: way.url });
  await client.connect();
  const { rows } = await client.query("SELECT last_used_address FROM credentials WHERE id = $1", [
    machine.secretId,
  ]);
  await client.end();
  expect(rows).toEqual([{ last_used_address: "10.0.0.9" }]);
});
