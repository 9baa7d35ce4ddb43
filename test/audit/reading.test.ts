import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { kindOptions } from "@/components/audit/labels";
import { record } from "@/lib/audit/commands";
import type { AuditEvent } from "@/lib/audit/events";
import { listKinds, listPersons } from "@/lib/audit/queries/list-events";
import { type AuditListQuery, auditListSchema, EVENTS_A_PAGE } from "@/lib/audit/schema";
import type { UserActor } from "@/lib/ctx";
import { exportRecord, readRecord } from "@/lib/fleet/queries/read-record";
import { addSeconds } from "@/lib/time";
import { recordRefusedSignIn } from "@/lib/users/commands/sign-in";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import {
  act,
  anonymousCtx,
  ask,
  inTransaction,
  newAdmin,
  newTenantAdmin,
  prisma,
  provisioned,
  robotOf,
} from "@/test/world";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const NOON = new Date("2026-05-04T12:00:00.000Z");
const MINUTE = 60;

let admin: UserActor;
let colleague: UserActor;
let stranger: UserActor;
/** Types of the installation's events that every tenant sees. */
let shared: string[];
let machine: Awaited<ReturnType<typeof provisioned>>;

const write = (actor: UserActor, now: Date, ...events: AuditEvent[]) =>
  inTransaction((db) => record({ db, actor, now }, events));
const read = (query: Record<string, string> = {}, actor = admin) =>
  ask(actor, readRecord, auditListSchema.parse(query));
const typesOf = async (query: Record<string, string>) => (await read(query)).rows.map(({ type }) => type);
const processAdded = (name: string): AuditEvent => ({ type: "process.added", processId: name, name });

beforeAll(async () => {
  const installation = await prisma().auditEvent.findMany({ where: { tenantId: null } });
  shared = installation.map(({ type }) => type);
  admin = await newTenantAdmin();
  colleague = await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
  stranger = await newTenantAdmin();
  await write(stranger, NOON, processAdded("theirs"));
  await write(colleague, NOON, processAdded("noon"), processAdded("noon, later"));
  await write(admin, addSeconds(NOON, MINUTE), { type: "process.deleted", processId: "x", name: "x" });
  machine = await provisioned(admin, { name: "Mill 100% _" });
  await inTransaction((db) =>
    record({ db, actor: robotOf(admin, machine), now: new Date() }, [
      { type: "job.started", jobId: "j", process: "p", hostName: "h" },
    ]),
  );
  await act(admin, deleteMachines, { machineIds: [machine.machineId] });
});

describe("the record is found by", () => {
  const OF_MACHINE = [
    "credential.deleted",
    "machine.deleted",
    "job.started",
    "secret.issued",
    "machine.provisioned",
  ];

  test("person", async () => {
    expect(await typesOf({ person: colleague.id })).toEqual(["process.added", "process.added"]);
    expect(await ask(admin, (ctx) => listPersons(ctx), null)).toEqual(
      [admin, colleague].map(({ id, name }) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name)),
    );
  });

  test("machine: its name, its id or its client id, also when it is gone; and what its robots did", async () => {
    for (const text of ["mill", "100% _", machine.machineId, machine.clientId]) {
      expect(await typesOf({ machine: text }), text).toEqual(OF_MACHINE);
    }
    expect(await typesOf({ machine: "mi_l" }), "a wild card is a character").toEqual([]);
    expect((await read({ machine: "mill" })).machines).toEqual([
      { id: machine.machineId, name: "Mill 100% _", isDeleted: true },
    ]);
  });

  test("client secret, by its id or pasted whole", async () => {
    expect(await typesOf({ credential: machine.secretId })).toEqual([
      "credential.deleted",
      "job.started",
      "secret.issued",
    ]);
    expect(await typesOf({ credential: machine.clientSecret, kind: "secret.issued" })).toEqual([
      "secret.issued",
    ]);
  });

  test("kind", async () => {
    expect(await typesOf({ kind: "process" })).toEqual(["process.deleted", "process.added", "process.added"]);
    expect(await typesOf({ kind: "process.deleted" })).toEqual(["process.deleted"]);
    expect(await typesOf({ kind: "nothing" })).toEqual([]);
    expect(await ask(admin, (ctx) => listKinds(ctx), null)).toEqual(
      [...new Set([...OF_MACHINE, "process.added", "process.deleted", "tenant.created", ...shared])].sort(),
    );
  });

  test("time, both ends included", async () => {
    const at = NOON.toISOString();
    expect(await typesOf({ from: at, to: at })).toEqual(["process.added", "process.added"]);
    expect(await typesOf({ to: addSeconds(NOON, -1).toISOString() })).toEqual([]);
  });

  test.each([
    "2026-13-45T99:99:99.999Z",
    "2026-02-30T00:00:00.000Z",
    "0000-01-01T00:00:00.000Z",
    "+275760-09-13T00:00:00.000Z",
    "99999999999999999999",
  ])("no time that there is not: %s is as if nothing had been asked", async (at) => {
    const all = await typesOf({});
    for (const name of ["from", "to"]) expect(await typesOf({ [name]: at })).toEqual(all);
    const id = randomUUID();
    for (const name of ["older", "newer"]) expect(await typesOf({ [name]: `${at}~${id}` })).toEqual(all);
  });

  test("no page beyond an event whose id is none", async () => {
    expect(await typesOf({ older: `${NOON.toISOString()}~${"-".repeat(36)}` })).toEqual(await typesOf({}));
  });

  test("all of it at once", async () => {
    const query = {
      person: admin.id,
      machine: "mill",
      credential: machine.secretId,
      kind: "credential.deleted",
      from: NOON.toISOString(),
    };
    expect(await typesOf(query)).toEqual(["credential.deleted"]);
  });
});

test("what happens to the installation's signing keys is seen by every tenant, and nothing else of its own", async () => {
  await inTransaction(async (db) => {
    await recordRefusedSignIn(anonymousCtx(db), {
      email: "nobody@latchkey.test",
      reason: "wrong password",
    });
  });
  for (const reader of [admin, stranger]) {
    const { rows } = await read({ kind: "signing_key" }, reader);
    expect(rows.map(({ type, isShared }) => ({ type, isShared }))).toContainEqual({
      type: "signing_key.created",
      isShared: true,
    });
    expect((await read({}, reader)).rows.map(({ type }) => type)).not.toContain("admin.sign_in_refused");
  }
});

test("a kind that had other words before is found under all of them", async () => {
  const older = await newTenantAdmin();
  const [machineId, secretId, keyId] = [randomUUID(), "0123456789abcdef", "fedcba9876543210"];
  await write(
    older,
    NOON,
    { type: "key.deleted", machineId, keyId, reason: "deleted" },
    { type: "secret.deleted", machineId, secretId, reason: "deleted" },
    { type: "credential.deleted", machineId, credentialId: secretId, kind: "Secret", reason: "deleted" },
    { type: "secret.expired", machineId, secretId },
  );
  const deleted = ["credential.deleted", "secret.deleted", "key.deleted"];
  const kinds = async (kind: string) => (await read({ kind }, older)).rows.map(({ type }) => type);
  expect(await kinds("credential.deleted")).toEqual(deleted);
  expect(await kinds("credential")).toEqual(["secret.expired", ...deleted]);
  expect(await kinds("secret.deleted")).toEqual(["secret.deleted"]);
  const options = kindOptions(await ask(older, (ctx) => listKinds(ctx), null)).map(({ value }) => value);
  const own = options.filter((value) => !/^(?:signing_key|tenant)\b/.test(value));
  expect(own).toEqual(["credential", "credential.deleted", "credential.expired"]);
});

test("events of one moment keep their order", async () => {
  const { rows } = await read({ person: colleague.id });
  expect(rows.map(({ details }) => details.name)).toEqual(["noon, later", "noon"]);
});

test("nobody reads another tenant's events, whatever they ask for", async () => {
  const ours = (await read()).rows.filter(({ isShared }) => !isShared);
  for (const query of [
    {},
    { person: admin.id },
    { machine: machine.machineId },
    { credential: machine.secretId },
    { older: `${ours[0]?.at.toISOString()}~${ours[0]?.id}` },
  ]) {
    const { rows, machines } = await read(query, stranger);
    expect(rows.filter(({ id }) => ours.some((our) => our.id === id))).toEqual([]);
    expect(machines).toEqual([]);
  }
});

describe("a hundred thousand events", () => {
  const MANY = 100_000;
  let busy: UserActor;

  beforeAll(async () => {
    busy = await newTenantAdmin();
    const write = prisma().$executeRaw`
      INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_id, actor_name, type, details)
      SELECT gen_random_uuid(), ${busy.tenantId}::uuid, ${NOON}::timestamptz + n / 3 * interval '1 second', 'admin', ${busy.id},
             ${busy.name}, (ARRAY['machine.edited', 'job.created', 'job.ended'])[1 + n % 3],
             jsonb_build_object('n', n, 'text', repeat('x', 200))
        FROM generate_series(1, ${MANY}) n`;
    // No question of the product's takes as long as this may, so its connections end one that does.
    await prisma().$transaction([prisma().$executeRaw`SET LOCAL statement_timeout = 0`, write]);
    await prisma().$executeRaw`ANALYZE audit_events`;
  });

  test("are read page by page from either end, each once", async () => {
    const query = (change: Partial<AuditListQuery>) =>
      read({ kind: "machine", ...change } as Record<string, string>, busy);
    const seen = new Set<string>();
    let page = await query({});
    for (let count = 0; count < 5 && page.older; count += 1) {
      for (const { id } of page.rows) seen.add(id);
      page = await query({ older: page.older });
    }
    expect(seen.size).toBe(5 * EVENTS_A_PAGE);
    const here = page.rows.map(({ id }) => id);
    const back = await query({ newer: page.newer ?? "" });
    expect((await query({ older: back.older ?? "" })).rows.map(({ id }) => id)).toEqual(here);
  });

  test("are exported in batches that are only read when they are wanted, in bounded memory", async () => {
    const heldBytes = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = heldBytes();
    let [count, largest, grown] = [0, 0, 0];
    for await (const rows of exportRecord({ db: prisma(), actor: busy, now: new Date("2100-01-01") }, {})) {
      count += rows.length;
      largest = Math.max(largest, rows.length);
      if (count % 10_000 === 0) grown = Math.max(grown, heldBytes() - before);
    }
    const ownFirst = 1;
    expect(count).toBe(
      MANY +
        ownFirst +
        (await prisma().auditEvent.count({ where: { tenantId: null, type: { in: shared } } })),
    );
    expect(largest).toBe(1000);
    // All rows at once would be some 100 MB.
    expect(grown).toBeLessThan(15_000_000);
  });

  test("cost a page no more than a few rows, wherever it is", async () => {
    const plan = async (at: Date) => {
      const rows = await prisma().$queryRaw<{ "QUERY PLAN": [{ Plan: object }] }[]>`
        EXPLAIN (ANALYZE, FORMAT JSON)
        SELECT id FROM audit_events WHERE tenant_id = ${busy.tenantId}::uuid AND (at, id) < (${at}::timestamptz, ${busy.id}::uuid)
         ORDER BY at DESC, id DESC LIMIT 51`;
      return JSON.stringify(rows[0]?.["QUERY PLAN"]);
    };
    for (const at of [addSeconds(NOON, 10 * MINUTE), new Date("2100-01-01")]) {
      expect(await plan(at)).toContain("audit_events_tenant_id_at_id_idx");
      expect(await plan(at)).not.toContain('"Node Type":"Sort"');
    }
  });
});
