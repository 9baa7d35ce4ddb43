import { beforeAll, describe, expect, test } from "vitest";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import type { Db, UserActor } from "@/lib/ctx";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { MACHINE_SORTS, type MachineRow, machineListSchema } from "@/lib/machines/schema";
import { openSession } from "@/lib/sessions/commands/open-session";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { addedKey } from "@/test/keys";
import {
  act,
  ask,
  heardUntil,
  inTransaction,
  newTenantAdmin,
  prisma,
  provisioned,
  robotOf,
} from "@/test/world";

type Asked = Readonly<Record<string, unknown>>;
let admin: UserActor;

const list = (asked: Asked, now?: Date, actor = admin) =>
  ask(actor, listMachines, machineListSchema.parse(asked), now);
const names = async (asked: Asked) => (await list(asked)).rows.map(({ name }) => name);

beforeAll(async () => {
  admin = await newTenantAdmin();
  const busy = await provisioned(admin, { name: "Busy 100%", kind: "Template", description: "Two HOSTS" });
  const second = await act(admin, addSecret, busy);
  await act(admin, deleteCredential, {
    ...second,
    machineId: busy.machineId,
    credentialId: second.secretId,
    confirmedLast: false,
  });
  for (const hostName of ["H1", "H2"]) {
    const ctx = { actor: robotOf(admin, busy), now: new Date() };
    await inTransaction((db) => openSession({ ...ctx, db }, { hostName }));
  }
  await prisma().credential.update({ where: { id: busy.secretId }, data: { lastUsedAt: new Date() } });
  const idle = await provisioned(admin, { name: "idle_pc", kind: "Standard", tags: ["Finance", "Büro"] });
  await act(admin, addSecret, idle);
  await act(admin, disableMachine, idle);
  await provisioned(admin, { name: "back\\slash", kind: "Standard", description: "STRAẞE Übung" });
  const gone = await provisioned(admin, { name: "Gone" });
  await act(admin, deleteMachines, { machineIds: [gone.machineId] });
});

test("the list shows the tenant's machines with what hangs on each, and no deleted ones", async () => {
  const page = await list({});
  expect(page).toMatchObject({ matching: 3, isEmpty: false, page: 1, pageCount: 1 });
  expect(page.rows.map(({ name }) => name)).toEqual(["back\\slash", "Busy 100%", "idle_pc"]);
  expect(page.rows[1]).toMatchObject({
    kind: "Template",
    liveSecrets: 1,
    connectedHosts: 2,
    lastUsedAt: expect.any(Date),
    createdAt: expect.any(Date),
    isEnabled: true,
  });
  expect(page.rows[2]).toMatchObject({
    liveSecrets: 2,
    connectedHosts: 0,
    lastUsedAt: null,
    isEnabled: false,
  });
});

test("secrets and keys are counted apart while they live, and both say when they were last used", async () => {
  const keeper = await newTenantAdmin();
  const machine = await provisioned(keeper, { name: "both" });
  const expiresAt = addSeconds(new Date(), 60);
  await act(keeper, addSecret, { machineId: machine.machineId, expiresAt });
  const { keyId } = await addedKey(keeper, machine);
  await addedKey(keeper, machine, "ES256", { expiresAt });
  const usedAt = new Date("2026-05-04T03:02:01.007Z");
  await prisma().credential.update({ where: { id: keyId }, data: { lastUsedAt: usedAt } });
  const row = async (now: Date) => (await list({}, now, keeper)).rows[0];
  expect(await row(addSeconds(expiresAt, -1))).toMatchObject({ liveSecrets: 2, liveKeys: 2 });
  expect(await row(expiresAt)).toMatchObject({ liveSecrets: 1, liveKeys: 1, lastUsedAt: usedAt });
});

test("a host that fell silent no longer counts as connected", async () => {
  const later = addSeconds(new Date(), 121);
  await heardUntil(later);
  const page = await list({ search: "Busy" }, later);
  expect(page.rows[0]?.connectedHosts).toBe(0);
});

describe("search takes what is typed literally, in any case", () => {
  test.each<[string, string[]]>([
    ["%", ["Busy 100%"]],
    ["_", ["idle_pc"]],
    ["\\", ["back\\slash"]],
    ["\\s", ["back\\slash"]],
    ["_%", []],
    ["BUSY", ["Busy 100%"]],
    ["two hosts", ["Busy 100%"]],
    ["FINANCE", ["idle_pc"]],
    ["büro", ["idle_pc"]],
    ["übung", ["back\\slash"]],
    ["straße", ["back\\slash"]],
    ["'; DROP TABLE machines; --", []],
    ["no such machine", []],
    ["  idle  ", ["idle_pc"]],
    ["\0", ["back\\slash", "Busy 100%", "idle_pc"]],
    ["\ud800", ["back\\slash", "Busy 100%", "idle_pc"]],
  ])("%j", async (search, found) => {
    expect(await names({ search })).toEqual(found);
    expect(await list({ search })).toMatchObject({ matching: found.length, isEmpty: false });
  });

  test("a client id, whole, in part or in capitals", async () => {
    const { clientId } = await prisma().machine.findFirstOrThrow({ where: { name: "idle_pc" } });
    for (const search of [clientId, clientId.slice(0, 13), clientId.toUpperCase()]) {
      expect(await names({ search })).toEqual(["idle_pc"]);
    }
  });
});

test("machines are found by names and notes of their secrets and keys, which says why, until these are deleted", async () => {
  const keeper = await newTenantAdmin();
  const found = async (search: string) =>
    (await list({ search }, undefined, keeper)).rows.map(({ name, foundBy }) => [
      name,
      foundBy?.name ?? null,
    ]);
  const { machineId } = await provisioned(keeper, { name: "press" });
  await provisioned(keeper, { name: "Billing by name" });
  const { secretId } = await act(keeper, addSecret, {
    machineId,
    name: "BILLING 100% host",
    expiresAt: null,
  });
  expect(await found("billing")).toEqual([
    ["Billing by name", null],
    ["press", "BILLING 100% host"],
  ]);
  expect(await found("100%")).toEqual([["press", "BILLING 100% host"]]);
  expect(await found("100_")).toEqual([]);
  const seen = { name: "BILLING 100% host", note: "", expiresAt: null };
  const edited = { machineId, credentialId: secretId, name: "mill", note: "Ask the\nnight shift" };
  await act(keeper, editCredential, { ...edited, expiresAt: null, seen });
  expect(await found("billing")).toEqual([["Billing by name", null]]);
  expect(await found("NIGHT shift")).toEqual([["press", "mill"]]);
  await act(keeper, deleteCredential, { machineId, credentialId: secretId, confirmedLast: false });
  expect(await found("night")).toEqual([]);
});

test("editing, adding and deleting secrets at once, the machine's words are those of what is left", async () => {
  const keeper = await newTenantAdmin();
  const { machineId } = await provisioned(keeper);
  for (let round = 0; round < 5; round += 1) {
    const old = await act(keeper, addSecret, { machineId, name: `old ${round}`, expiresAt: null });
    const seen = { name: `old ${round}`, note: "", expiresAt: null };
    const id = { machineId, credentialId: old.secretId };
    await Promise.allSettled([
      act(keeper, editCredential, { ...id, name: `new ${round}`, note: "", expiresAt: null, seen }),
      act(keeper, deleteCredential, { ...id, confirmedLast: true }),
      act(keeper, addSecret, { machineId, name: `other ${round}`, expiresAt: null }),
    ]);
  }
  const { credentialWords } = await prisma().machine.findUniqueOrThrow({ where: { id: machineId } });
  expect(credentialWords.split("\n").sort()).toEqual([0, 1, 2, 3, 4].map((round) => `other ${round}`));
});

test.each<[Asked, string[]]>([
  [{ type: "Template" }, ["Busy 100%"]],
  [{ type: "Standard" }, ["back\\slash", "idle_pc"]],
  [{ state: "disabled" }, ["idle_pc"]],
  [{ state: "enabled" }, ["back\\slash", "Busy 100%"]],
  [{ type: "Standard", state: "enabled", search: "s" }, ["back\\slash"]],
])("filter %j", async (asked, found) => {
  expect(await names(asked)).toEqual(found);
});

test("an address that makes no sense is read as the plain list instead of failing", async () => {
  const nonsense = {
    search: 7,
    type: "x",
    state: [],
    sort: "name; DROP",
    direction: "up",
    page: "-1",
    pageSize: "1e9",
  };
  expect(await names(nonsense)).toEqual(await names({}));
});

const KEY: Readonly<Record<string, (row: MachineRow) => string | number>> = {
  name: ({ name }) => name.toLowerCase(),
  type: ({ kind }) => ["Standard", "Template"].indexOf(kind),
  description: ({ description }) => description.toLowerCase(),
  secrets: ({ liveSecrets, liveKeys }) => liveSecrets + liveKeys,
  hosts: ({ connectedHosts }) => connectedHosts,
  lastUsed: ({ lastUsedAt }) => lastUsedAt?.getTime() ?? 0,
  created: ({ createdAt }) => createdAt.getTime(),
};

test.each(MACHINE_SORTS)(
  "sorting by %s goes both ways, and every page of it shows each machine once",
  async (sort) => {
    for (const direction of ["asc", "desc"] as const) {
      const { rows } = await list({ sort, direction });
      const keys = rows.map((row) => KEY[sort]?.(row) ?? 0);
      const ordered = [...keys].sort((one, other) => (one < other ? -1 : Number(one > other)));
      expect(keys).toEqual(direction === "asc" ? ordered : ordered.reverse());
    }
  },
);

describe("with 5,000 machines", () => {
  let crowded: UserActor;
  beforeAll(async () => {
    crowded = await newTenantAdmin();
    await prisma().$executeRaw`
      INSERT INTO machines (id, tenant_id, kind, name, name_key, client_id, unattended_runtimes,
                            non_production_runtimes, testing_runtimes, process_type, process_compatibility, tags, created_at)
      SELECT gen_random_uuid(), ${crowded.tenantId}::uuid, 'Template', 'Robot ' || n, 'robot ' || lpad(n::text, 4, '0'),
             gen_random_uuid(), 1, 0, 0, 'Any', 'Any', '{}', now() FROM generate_series(1, 5000) n`;
    for (const n of [1, 2, 3]) {
      await prisma().$executeRaw`
        INSERT INTO credentials (id, tenant_id, machine_id, digest, pepper_id, last_four, created_at, mac, mac_key_id)
        SELECT substr(md5(id::text || ${n}::int), 1, 16), tenant_id, id, '', '', '', now(), '', ''
          FROM machines WHERE tenant_id = ${crowded.tenantId}::uuid`;
    }
    await prisma().$executeRaw`ANALYZE`;
  });

  test("pages do not overlap, count right, and one behind the last is the last", async () => {
    const seen = new Set<string>();
    for (let page = 1; page <= 50; page += 1) {
      const { rows, pageCount, matching } = await list(
        { page, pageSize: 100, sort: "created" },
        undefined,
        crowded,
      );
      expect([rows.length, pageCount, matching]).toEqual([100, 50, 5000]);
      for (const { id } of rows) seen.add(id);
    }
    expect(seen.size).toBe(5000);
    const behind = await list({ page: 99_999, pageSize: 100 }, undefined, crowded);
    expect(behind).toMatchObject({ page: 50, pageCount: 50 });
    expect(behind.rows).toHaveLength(100);
  });

  test("a page asks the database three questions, however many machines it shows", async () => {
    const questions: string[] = [];
    const counting = new Proxy(prisma() as Db, {
      get: (db, property) => {
        if (/^(?:\$queryRaw|[a-z]\w*)$/i.test(String(property))) questions.push(String(property));
        return Reflect.get(db, property) as unknown;
      },
    });
    const query = machineListSchema.parse({ pageSize: 100, sort: "secrets", search: "robot" });
    const page = await listMachines({ db: counting, actor: crowded, now: new Date() }, query);
    expect(page.rows).toHaveLength(100);
    expect(page.rows[0]?.liveSecrets).toBe(3);
    expect(questions).toEqual(["$queryRaw", "hearing", "$queryRaw"]);
  });
});
