import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { record } from "@/lib/audit/commands";
import { eventDigest } from "@/lib/audit/digest";
import type { AuditEvent } from "@/lib/audit/events";
import { recordKey } from "@/lib/audit/record-keys";
import { auditListSchema } from "@/lib/audit/schema";
import { chainAll } from "@/lib/background/audit-chainer";
import type { Db } from "@/lib/ctx";
import { database } from "@/lib/db";
import { readRecord } from "@/lib/fleet/queries/read-record";
import { hashPassword } from "@/lib/users/passwords";
import { uuid7 } from "@/lib/uuid";
import { ask } from "@/test/people";
import { median } from "./figures";
import { startInstallation, startServer } from "./installation";

/**
 * What the chain costs: 16 writers on one tenant with and without the sealer, and with the chain's lock inside their transactions,
 * which is what the sealer spares them. Then a record of `EVENTS` events: verified, read and exported, with the memory it takes.
 */
const WRITERS = 16;
const ROUNDS = 5;
const SECONDS = 4;
const EVENTS = Number(process.env.EVENTS ?? 1_000_000);
const PASSWORD = "correct horse battery";

const bench = await startInstallation({ machines: 1 });
const { admin } = bench;
const { prisma } = database();
const event = (n: number): AuditEvent => ({
  type: "asset.changed",
  assetId: "00000000-0000-4000-8000-000000000000",
  name: `asset ${n}`,
  change: "value set",
});

/** @returns transactions a second of 16 writers, each with one event */
async function written(before: (db: Db) => Promise<unknown>): Promise<number> {
  const endsAt = performance.now() + SECONDS * 1000;
  let count = 0;
  const writer = async () => {
    while (performance.now() < endsAt) {
      await prisma.$transaction(async (db) => {
        await before(db);
        await record({ db, actor: admin, now: new Date() }, [event(count)]);
      });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return count / SECONDS;
}

async function whileChaining(work: () => Promise<number>): Promise<number> {
  const stop = new AbortController();
  const sealing = (async () => {
    while (!stop.signal.aborted) {
      await chainAll({ waits: false });
      await pause(1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  const figure = await work();
  stop.abort();
  await sealing;
  return figure;
}

const nothing = async () => undefined;
const inTurn = (db: Db) => db.$executeRaw`SELECT pg_advisory_xact_lock(1)`;
const peakMiB = (pid: number | undefined, field: "VmHWM" | "VmRSS") => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
};
const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const startedAt = performance.now();
  return [await work(), (performance.now() - startedAt) / 1000];
};

/** The three ways, one after the other in every round; ratios are taken within a round, so that a slow one does not tell. */
async function compareWriters() {
  // The server's own sealer would seal in all three; it is stopped for this part.
  await bench.server.stop();
  const ways = [
    { name: "16 writers, nothing sealed meanwhile", run: () => written(nothing) },
    { name: "16 writers, sealed every second", run: () => whileChaining(() => written(nothing)) },
    { name: "16 writers that hold the chain's lock in turn", run: () => written(inTurn) },
  ];
  // What is prepared and warmed by the first round is not the second way's merit.
  await written(nothing);
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const figures = ways.map(() => Number.NaN);
    for (let turn = 0; turn < ways.length; turn += 1) {
      const way = (round + turn) % ways.length;
      figures[way] = (await ways[way]?.run()) ?? Number.NaN;
      await chainAll({ waits: true });
    }
    rounds.push(figures);
    console.log(`round ${round}: ${figures.map(Math.round).join(", ")}`);
  }
  const of = (way: number) => ({
    "per second": Math.round(median(rounds.map((figures) => figures[way] ?? Number.NaN))),
    ratio: median(rounds.map((figures) => (figures[way] ?? Number.NaN) / (figures[0] ?? Number.NaN))).toFixed(
      2,
    ),
  });
  console.table(Object.fromEntries(ways.map(({ name }, way) => [name, of(way)])));
}

/** Signed as `record` signs them, and written past the ORM, which would take an hour. */
async function fill() {
  const { id: keyId, key } = recordKey();
  const content = {
    tenantId: admin.tenantId,
    actorKind: "admin",
    actorId: admin.id,
    actorName: admin.name,
    address: null,
    machineId: null,
    credentialId: null,
  };
  const have = await prisma.auditEvent.count({ where: { tenantId: admin.tenantId } });
  for (let count = have; count < EVENTS; count += 5000) {
    const at = new Date();
    const rows = Array.from({ length: 5000 }, (_, n) => {
      const { type, ...details } = event(count + n);
      const signed = { ...content, id: uuid7(at), at, type, details };
      return { ...signed, digest: eventDigest(key, signed).toString("hex") };
    });
    await prisma.$executeRaw`
      INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_id, actor_name, type, details, digest, digest_key_id)
      SELECT id, ${admin.tenantId}::uuid, ${at}, 'admin', ${admin.id}, ${admin.name}, 'asset.changed', details,
             decode(digest, 'hex'), ${keyId}
        FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ details }) => JSON.stringify(details))}::jsonb[],
                    ${rows.map(({ digest }) => digest)}::text[]) AS new(id, details, digest)`;
  }
}

async function verified() {
  const child = spawn(process.execPath, ["tools/run.mjs", "audit-verify"], {
    env: { NODE_ENV: "production", PATH: process.env.PATH, ...bench.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  let peak = 0;
  const watch = setInterval(() => {
    // A process that has just ended has a state and no memory: NaN is not greater.
    const seen = child.exitCode === null ? peakMiB(child.pid, "VmHWM") : 0;
    if (seen > peak) peak = seen;
  }, 100);
  const [code, seconds] = await timed(() => new Promise((resolve) => child.once("exit", resolve)));
  clearInterval(watch);
  console.log(`verify: exit code ${code}, ${seconds.toFixed(1)} s, at most ${peak.toFixed(0)} MiB`);
}

async function pagesRead() {
  const oldest = `${new Date(0).toISOString()}~00000000-0000-0000-0000-000000000000`;
  for (const query of [{}, { newer: oldest }, { kind: "asset" }, { person: admin.id, kind: "machine" }]) {
    const [page, seconds] = await timed(() => ask(admin, readRecord, auditListSchema.parse(query)));
    console.log(`page ${JSON.stringify(query)}: ${page.rows.length} rows, ${(seconds * 1000).toFixed(0)} ms`);
  }
}

async function signedIn(url: string): Promise<string> {
  const jar = new Map<string, string>();
  const keep = (response: Response) => {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      jar.set(pair.split("=")[0] ?? "", pair);
    }
    return response;
  };
  const cookies = () => [...jar.values()].join("; ");
  const { csrfToken } = (await keep(await fetch(`${url}/api/auth/csrf`)).json()) as { csrfToken: string };
  const body = new URLSearchParams({ csrfToken, email: admin.name, password: PASSWORD, json: "true" });
  const headers = { cookie: cookies() };
  keep(
    await fetch(`${url}/api/auth/callback/credentials`, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
    }),
  );
  return cookies();
}

async function exported(url: string, pid: number | undefined, slug: string) {
  const cookie = await signedIn(url);
  const response = await fetch(`${url}/tenants/${slug}/audit/export?format=csv`, { headers: { cookie } });
  if (response.status !== 200 || !response.body) throw new Error(`the export answered ${response.status}`);
  const before = peakMiB(pid, "VmRSS");
  let [bytes, lines, peak, hasPaused] = [0, 0, 0, false];
  const [, seconds] = await timed(async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines += 1;
      peak = Math.max(peak, peakMiB(pid, "VmRSS"));
      // A receiver that stands still must not make the server read on.
      if (!hasPaused && bytes > 5_000_000) {
        hasPaused = true;
        await pause(5000);
      }
    }
  });
  console.log(
    `export: ${lines - 1} rows, ${(bytes / 2 ** 20).toFixed(0)} MiB in ${seconds.toFixed(1)} s (5 s of them the receiver stood still); ` +
      `the server held ${before.toFixed(0)} MiB before and ${peak.toFixed(0)} MiB at most`,
  );
}

try {
  await compareWriters();
  const [, filling] = await timed(fill);
  console.log(`filled to ${EVENTS} in ${filling.toFixed(0)} s`);
  const [, sealing] = await timed(() => chainAll({ waits: true }));
  console.log(`sealed in ${sealing.toFixed(0)} s`);
  await prisma.$executeRaw`ANALYZE audit_events`;
  await verified();
  await pagesRead();
  await prisma.adminPassword.create({
    data: { adminId: admin.id, hash: await hashPassword(PASSWORD), changedAt: new Date(0) },
  });
  const tenantId = admin.tenantId;
  await prisma.membership.create({
    data: { adminId: admin.id, tenantId, role: "Administrator", createdAt: new Date(0) },
  });
  const { slug } = await prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } });
  const server = await startServer(bench.env, { port: bench.server.port });
  await exported(server.url, server.pid, slug).finally(() => server.stop());
} finally {
  await bench.stop();
}
