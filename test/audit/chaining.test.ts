import { EventEmitter, once } from "node:events";
import { beforeEach, expect, test } from "vitest";
import { record } from "@/lib/audit/commands";
import { chainEvents } from "@/lib/audit/commands/chain-events";
import { verifyChain } from "@/lib/audit/queries/verify-chain";
import { chainAll } from "@/lib/background/audit-chainer";
import type { Db, UserActor } from "@/lib/ctx";
import { tamper } from "@/test/tamper";
import { inTransaction, newTenantAdmin, prisma, sql, systemCtx } from "@/test/world";

let admin: UserActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
});

const write = (db: Db, name: string) =>
  record({ db, actor: admin, now: new Date() }, [{ type: "asset.added", assetId: name, name, kind: "Text" }]);
const verify = () => verifyChain({ ...systemCtx(prisma()), db: sql() }, { chain: admin.tenantId });
const INTACT = { findings: [], waiting: 0 };

test("sixteen writers and three sealers at once: every event is sealed once, in one chain", async () => {
  const isWriting = { now: true };
  const sealing = Array.from({ length: 3 }, async (_, index) => {
    while (isWriting.now) await chainAll({ waits: index === 0 });
  });
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let turn = 0; turn < 10; turn += 1) await inTransaction((db) => write(db, `${writer} ${turn}`));
    }),
  );
  isWriting.now = false;
  await Promise.all(sealing);
  await chainAll({ waits: true });
  expect(await verify()).toMatchObject({ ...INTACT, chained: 161 });
});

test("without the lock, two sealers still cannot fork a chain: the second is refused", async () => {
  await inTransaction((db) => write(db, "one"));
  await chainAll({ waits: true });
  const { auditLink } = prisma();
  const last = await auditLink.findFirstOrThrow({
    where: { chain: admin.tenantId },
    orderBy: { sequence: "desc" },
  });
  const eventId = "00000000-0000-4000-8000-000000000001";
  await expect(auditLink.create({ data: { ...last, eventId } })).rejects.toMatchObject({ code: "P2002" });
});

test("a transaction that commits late is sealed then, and a writer never waits for the chain", async () => {
  const steps = new EventEmitter();
  const begun = once(steps, "begun");
  const late = inTransaction(async (db) => {
    await write(db, "late");
    steps.emit("begun");
    await once(steps, "finish");
  });
  await begun;
  // While the sealer holds its lock and its transaction is open, others write and commit.
  await inTransaction(async (db) => {
    await chainEvents(systemCtx(db), { waits: true });
    await inTransaction((other) => write(other, "meanwhile"));
  });
  await chainAll({ waits: true });
  expect(await verify()).toMatchObject({ ...INTACT, chained: 2 });
  steps.emit("finish");
  await late;
  expect(await verify()).toMatchObject({ findings: [], chained: 2, waiting: 1 });
  await chainAll({ waits: true });
  expect(await verify()).toMatchObject({ ...INTACT, chained: 3 });
});

test("what was written before there was a chain is sealed as it was found", async () => {
  const old = `INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_name, type, details)
               VALUES ('01000000-0000-7000-8000-000000000000', $1, '2026-01-01', 'system', 'Latchkey', 'tenant.created', '{"slug": "a"}')`;
  await tamper(["DELETE FROM audit_events"], ["DELETE FROM audit_pending"], [old, admin.tenantId]);
  await chainAll({ waits: true });
  await inTransaction((db) => write(db, "new"));
  await chainAll({ waits: true });
  expect(await verify()).toMatchObject({ ...INTACT, chained: 2 });
  await tamper(["UPDATE audit_events SET address = '192.0.2.1' WHERE digest IS NULL"]);
  expect((await verify()).findings).toMatchObject([{ kind: "event changed", sequence: "1" }]);
});

test("a row put into the queue by hand does not stop the sealer", async () => {
  await inTransaction((db) => write(db, "one"));
  await chainAll({ waits: true });
  const { eventId } = await prisma().auditLink.findFirstOrThrow({ where: { chain: admin.tenantId } });
  await prisma().auditPending.createMany({ data: [{ eventId }, { eventId }] });
  await inTransaction((db) => write(db, "two"));
  await chainAll({ waits: true });
  expect(await verify()).toMatchObject({ ...INTACT, chained: 3 });
});
