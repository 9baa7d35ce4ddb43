import { beforeAll, describe, expect, test } from "vitest";
import { flushUses, noteUse } from "@/lib/credentials/last-use";
import type { UserActor } from "@/lib/ctx";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { MACHINE_SORTS, type MachinePage, machineListSchema } from "@/lib/machines/schema";
import { COUNTED_MAX } from "@/lib/pages";
import { openSession } from "@/lib/sessions/commands/open-session";
import { addSeconds } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { addedKey } from "@/test/keys";
import {
  act,
  ask,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
  sql,
  systemCtx,
} from "@/test/world";

const PAGE = 25;
const MACHINES = 3 * PAGE + 5;
/** Of so few machines there are already "more than". */
const FEW = 10;

type Asked = Readonly<Record<string, unknown>>;

let admin: UserActor;
const machines: Provisioned[] = [];

const list = (asked: Asked, countedMax = COUNTED_MAX, actor = admin) =>
  ask(actor, (ctx) => listMachines(ctx, machineListSchema.parse(asked), countedMax), undefined);

// Every sort has ties, and machines with nothing to be sorted by.
beforeAll(async () => {
  admin = await newTenantAdmin();
  const used = new Date("2026-03-02T01:00:30.007Z");
  for (let count = 0; count < MACHINES; count += 1) {
    const machine = await provisioned(admin, {
      name: `${["robot", "ROBOT", "Ｒobot"][count % 3]} ${count}`,
      kind: count % 2 === 0 ? "Standard" : "Template",
      description: ["", "same", "SAME", "Ünlike"][count % 4] ?? "",
    });
    machines.push(machine);
    if (count % 3 === 0) await act(admin, addSecret, machine);
    if (count % 4 === 0) noteUse(sql(), machine.secretId, { at: addSeconds(used, count % 5), address: null });
    const hosts = count % 2 === 0 ? 0 : count % 3;
    for (let host = 0; host < hosts; host += 1) {
      const ctx = { actor: robotOf(admin, machine), now: new Date() };
      const hostName = `host ${host}`;
      await inTransaction((db) => openSession({ ...ctx, db }, { hostName }));
    }
  }
  await flushUses();
  await prisma().machine.updateMany({
    where: { tenantId: admin.tenantId },
    data: { createdAt: new Date("2026-01-01T00:00:00.123Z") },
  });
});

const ids = (page: MachinePage) => page.rows.map(({ id }) => id);

/** What the next address says of a page, as the links below the list do. */
const next = ({ page, fromEnd, after }: MachinePage) =>
  fromEnd === null ? { page: (page ?? 0) + 1, after } : { fromEnd: fromEnd - 1, after };
const previous = ({ page, fromEnd, before }: MachinePage) =>
  fromEnd === null ? { page: (page ?? 0) - 1, before } : { fromEnd: fromEnd + 1, before };

const cases = MACHINE_SORTS.flatMap((sort) =>
  (["asc", "desc"] as const).flatMap((direction) =>
    [COUNTED_MAX, FEW].map((countedMax) => [sort, direction, countedMax] as const),
  ),
);

describe("pages that begin at a row show every machine once, in both directions", () => {
  test.each(cases)("sorted by %s %s, counted up to %i", async (sort, direction, countedMax) => {
    for (const filter of [{}, { search: "robot" }, { secrets: "neverUsed" }]) {
      const asked = { ...filter, sort, direction };
      const whole = await list({ ...asked, pageSize: 100 }, countedMax);
      expect(new Set(ids(whole)).size).toBeGreaterThan(2 * PAGE);
      const forwards: MachinePage[] = [await list(asked, countedMax)];
      while (forwards.length * PAGE < ids(whole).length) {
        forwards.push(await list({ ...asked, ...next(forwards.at(-1) as MachinePage) }, countedMax));
      }
      expect(forwards.flatMap(ids)).toEqual(ids(whole));
      expect(forwards.map(({ page }) => page)).toEqual(forwards.map((_, index) => index + 1));
      const back = await list({ ...asked, ...previous(forwards.at(-1) as MachinePage) }, countedMax);
      expect(ids(back)).toEqual(ids(forwards.at(-2) as MachinePage));
      expect(back.page).toBe(forwards.length - 1);
    }
  });
});

test("a list that is not counted is read from its end, too", async () => {
  const asked = { sort: "lastUsed", direction: "desc" };
  const whole = ids(await list({ ...asked, pageSize: 100 }));
  const last = await list({ ...asked, fromEnd: 1 }, FEW);
  expect(last).toMatchObject({ matching: FEW + 1, pageCount: null, page: null, fromEnd: 1 });
  expect(ids(last)).toEqual(whole.slice(-PAGE));
  const before = await list({ ...asked, ...previous(last) }, FEW);
  expect(before).toMatchObject({ page: null, fromEnd: 2 });
  expect(ids(before)).toEqual(whole.slice(-2 * PAGE, -PAGE));
  expect(ids(await list({ ...asked, ...next(before) }, FEW))).toEqual(ids(last));
  // A page that is typed and lies behind the last one.
  expect(await list({ ...asked, page: 99 }, FEW)).toMatchObject({ page: null, fromEnd: 1 });
  expect(ids(await list({ ...asked, page: 2 }, FEW))).toEqual(whole.slice(PAGE, 2 * PAGE));
});

test("the bound of counting is met by as many, and passed by one more", async () => {
  const bound = { matching: MACHINES, pageCount: 4 };
  expect(await list({}, MACHINES)).toMatchObject(bound);
  expect(await list({}, MACHINES - 1)).toMatchObject({ matching: MACHINES, pageCount: null, page: 1 });
  expect(await list({ search: "robot 7" }, FEW)).toMatchObject({ matching: FEW + 1, pageCount: null });
  expect(await list({ search: "robot 79" }, FEW)).toMatchObject({ matching: 1, pageCount: 1 });
  expect(await list({}, 0, await newTenantAdmin())).toMatchObject({ matching: 0, isEmpty: true, page: 1 });
});

test("a cursor of another sort, or of nobody's, is left aside", async () => {
  const { after } = await list({ sort: "name" });
  const second = ids(await list({ sort: "secrets", page: 2 }));
  const nonsense = [
    after,
    "",
    "x",
    Buffer.from("[1]").toString("base64url"),
    Buffer.from(`["0000-01-01T00:00:00Z","${machines[0]?.machineId}"]`).toString("base64url"),
    Buffer.from(`["\\u0000","${machines[0]?.machineId}"]`).toString("base64url"),
    Buffer.from(`[1e99,"${machines[0]?.machineId}"]`).toString("base64url"),
  ];
  for (const cursor of nonsense) {
    expect(ids(await list({ sort: "secrets", page: 2, after: cursor }))).toEqual(second);
    for (const sort of MACHINE_SORTS) await list({ sort, page: 2, before: cursor });
  }
});

test("what is deleted between two pages makes the next one neither skip nor repeat", async () => {
  const actor = await newTenantAdmin();
  for (let count = 0; count < 2 * PAGE + 2; count += 1)
    await provisioned(actor, { name: `m${String(count).padStart(3, "0")}` });
  const names = (page: MachinePage) => page.rows.map(({ name }) => name);
  const first = await list({}, FEW, actor);
  // The row that the next page begins behind is among them.
  const gone = [first.rows[3], first.rows.at(-1)].map((row) => row?.id ?? "");
  await act(actor, deleteMachines, { machineIds: gone });
  const second = await list(next(first), FEW, actor);
  expect(names(second).at(0)).toBe("m025");
  const third = await list(next(second), FEW, actor);
  expect(names(third)).toEqual(["m050", "m051"]);
  // Before the second page there are fewer than a page now: the first page is shown.
  expect(names(await list({ ...previous(second), page: 1 }, FEW, actor)).slice(0, 4)).toEqual([
    "m000",
    "m001",
    "m002",
    "m004",
  ]);
  await act(actor, deleteMachines, { machineIds: ids(third) });
  expect(names(await list(next(second), FEW, actor)).at(-1)).toBe("m049");
});

describe("what lists are sorted by is kept with the machine", () => {
  const kept = async (machineId: string) => {
    const where = { tenantId_id: { tenantId: admin.tenantId, id: machineId } };
    const select = { liveSecrets: true, liveKeys: true, isUsed: true, use: { select: { lastUsedAt: true } } };
    return prisma().machine.findUniqueOrThrow({ where, select });
  };

  test("while credentials come, are deleted and expire", async () => {
    const machine = await provisioned(admin, { name: "kept" });
    const { secretId } = await act(admin, addSecret, machine);
    await addedKey(admin, machine);
    const expiresAt = addSeconds(new Date(), 60);
    await act(admin, addSecret, { machineId: machine.machineId, expiresAt });
    expect(await kept(machine.machineId)).toMatchObject({ liveSecrets: 3, liveKeys: 1 });
    await act(admin, deleteCredential, {
      machineId: machine.machineId,
      credentialId: secretId,
      confirmedLast: false,
    });
    expect(await kept(machine.machineId)).toMatchObject({ liveSecrets: 2, liveKeys: 1 });
    await inTransaction((db) => cutExpired(systemCtx(db, addSeconds(expiresAt, 1))));
    expect(await kept(machine.machineId)).toEqual({ liveSecrets: 1, liveKeys: 1, isUsed: false, use: null });
  });

  test("two that are added at once are both counted", async () => {
    const machine = await provisioned(admin, { name: "twice" });
    await Promise.all(Array.from({ length: 8 }, () => act(admin, addSecret, machine)));
    expect(await kept(machine.machineId)).toMatchObject({ liveSecrets: 9 });
  });

  test("with the minute of the last use, which never moves back", async () => {
    const machine = await provisioned(admin, { name: "used" });
    const { secretId: second } = await act(admin, addSecret, machine);
    const at = new Date("2026-05-04T03:02:01.007Z");
    for (const [id, when] of [
      [machine.secretId, at],
      [second, addSeconds(at, -3600)],
      [second, addSeconds(at, 50)],
    ] as const) {
      noteUse(sql(), id, { at: when, address: null });
      await flushUses();
      const use = { lastUsedAt: new Date("2026-05-04T03:02:00Z") };
      expect(await kept(machine.machineId)).toMatchObject({ isUsed: true, use });
    }
  });
});

describe("where pg_trgm cannot be made", () => {
  test("search finds the same", async () => {
    const found = async () => ids(await list({ search: "robot 7", sort: "name" }));
    const indexed = await found();
    await prisma().$executeRaw`DROP EXTENSION pg_trgm CASCADE`;
    const [index] = await prisma().$queryRaw<
      unknown[]
    >`SELECT FROM pg_class WHERE relname = 'machines_search'`;
    expect(index).toBeUndefined();
    expect(await found()).toEqual(indexed);
    expect(indexed).not.toEqual([]);
  });
});
