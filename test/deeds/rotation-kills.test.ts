import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { whereLive } from "@/lib/credentials/conditions";
import type { UserActor } from "@/lib/ctx";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { endDueRotations } from "@/lib/workflows/end-due-rotations";
import { times } from "@/test/drill";
import { dumpDatabase } from "@/test/dump";
import {
  databaseUrl,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
} from "@/test/world";
import { bundle } from "@/tools/bundle.mjs";

const ROUNDS = times("ROTATIONS", 10);
const root = join(import.meta.dirname, "../..");
const script = join(root, "dist/test/dying-rotations.mjs");

let admin: UserActor;
let machine: Provisioned;
beforeAll(async () => {
  await bundle(root, "test/deeds/dying-rotations.ts", script);
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const look = async () => {
  await inTransaction((db) => endDueRotations(systemCtx(db)));
  await inTransaction((db) => cutExpired(systemCtx(db)));
};

/** Rotates in a process of its own while this one looks, as a second process of an installation does. @returns what it wrote */
async function run(diesAt: number, isSent: boolean) {
  const { clientSecret: _clientSecret, ...named } = machine;
  const asked = JSON.stringify({ admin, machine: named, diesAt, isSent });
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  const child = spawn(process.execPath, [script, asked], { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  let looking = Promise.resolve();
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    said += piece;
    looking = looking.then(look);
  });
  const [code, signal] = await once(child, "close");
  await looking;
  // With this process's looks it has sometimes fewer statements than the first time, and lives.
  expect([code, signal]).toBeOneOf([
    [0, null],
    [null, "SIGKILL"],
  ]);
  const lines = said.split("\n");
  const values = lines.filter((line) => line.startsWith("lks_"));
  return { hasDied: code === null, values, statements: Number(lines.find((line) => /^\d+$/.test(line))) };
}

const ofMachine = () => ({ machineId: machine.machineId });
const idsOf = async (where: object) =>
  (await prisma().credential.findMany({ where: { ...ofMachine(), ...where }, select: { id: true } })).map(
    ({ id }) => id,
  );

test("whenever a process dies there is one that works, none that ended comes back, and no value outlives its rotation", async () => {
  const whole = await run(0, false);
  const { statements } = whole;
  expect(statements).toBeGreaterThan(50);
  const values = [machine.clientSecret, ...whole.values];
  let deaths = 0;
  const kept = new Map<string, string>();
  let ended = await idsOf({ NOT: whereLive(new Date()) });
  for (let round = 0; round < ROUNDS; round += 1) {
    const diesAt = 1 + Math.floor(((round + 0.5) * (statements - 1)) / ROUNDS);
    const one = await run(diesAt, round % 2 === 0);
    values.push(...one.values);
    if (one.hasDied) deaths += 1;
    const now = new Date();
    const live = await idsOf(whereLive(now));
    expect(live.length, `died at ${diesAt}`).toBeGreaterThan(0);
    expect(
      live.filter((id) => ended.includes(id)),
      `died at ${diesAt}`,
    ).toEqual([]);
    ended = await idsOf({ NOT: whereLive(now) });
    for (const { id, encryptedValue } of await prisma().rotation.findMany({ where: ofMachine() })) {
      if (encryptedValue) kept.set(id, Buffer.from(encryptedValue).toString("hex"));
    }
    const over = { ...ofMachine(), endedAt: { not: null }, encryptedValue: { not: null } };
    expect(await prisma().rotation.count({ where: over })).toBe(0);
  }
  // Whatever a death left open is cancelled by the process that begins next.
  await run(0, false);
  expect(deaths).toBeGreaterThanOrEqual(Math.floor(ROUNDS * 0.8));
  const dump = JSON.stringify(await dumpDatabase());
  expect(dump).toContain(machine.machineId);
  for (const trace of [...values, ...kept.values()]) expect(dump.includes(trace)).toBe(false);
});
