import { beforeEach, describe, expect, test } from "vitest";
import {
  tellOfEnded,
  tellOfEnding,
  tellOfFloods,
  tellOfMachinesWithoutCredential,
  tellOfSilentHosts,
  tellOfUses,
} from "@/lib/background/notices";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { EXPIRY_MARKS_DAYS, FLOOD_REFUSALS } from "@/lib/notifications/rules";
import type { NoticeKind } from "@/lib/notifications/schema";
import { verifyTenantRecord } from "@/lib/operator/verify-audit";
import { openSession } from "@/lib/sessions/commands/open-session";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { rewriteCredential } from "@/test/credential-rows";
import {
  act,
  ask,
  CALLER_ADDRESS,
  heardUntil,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
  systemCtx,
} from "@/test/world";

type Telling = (ctx: Ctx<SystemActor>) => Promise<unknown>;
let admin: UserActor;
let machine: Provisioned;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const look = (telling: Telling, now: Date) => inTransaction((db) => telling(systemCtx(db, now)));
const lookTwiceAtOnce = (telling: Telling, now: Date) =>
  Promise.all([look(telling, now), look(telling, now)]);

/** Until then the clock has looked. */
async function lookedUntil(what: NoticeKind, until: Date) {
  await prisma().notificationLook.upsert({
    where: { what },
    create: { what, until },
    update: { until },
  });
}

async function told(kind: NoticeKind) {
  const where = { tenantId: admin.tenantId, kind };
  const rows = await prisma().notification.findMany({ where, orderBy: { id: "asc" } });
  return rows.map(({ key, details }) => ({ key, ...(details as Record<string, unknown>) }));
}

/** Ten thousand that end together with the machine's first secret. */
async function withTenThousand(expiresAt: Date) {
  await rewriteCredential(machine.secretId, { expiresAt });
  await prisma().$executeRaw`
    INSERT INTO credentials (id, tenant_id, machine_id, kind, name, digest, pepper_id, last_four, created_at, expires_at, mac, mac_key_id)
    SELECT lpad(n::text, 16, '0'), tenant_id, machine_id, kind, name, digest, pepper_id, last_four, created_at, expires_at, mac, mac_key_id
      FROM credentials, generate_series(2, 10000) n WHERE id = ${machine.secretId}`;
}

describe("credentials that end", () => {
  const end = new Date(Math.ceil(Date.now() / 1000) * 1000 + 100 * DAY_SECONDS * 1000);
  const ahead = (days: number) => addSeconds(end, -days * DAY_SECONDS);

  test("are told of at 30, 14, 7 and 1 days before: not an instant earlier, and once", async () => {
    await rewriteCredential(machine.secretId, { expiresAt: end });
    await lookedUntil("credential.expiring", addSeconds(ahead(30), -MINUTE_SECONDS));
    const days: number[] = [];
    for (const mark of EXPIRY_MARKS_DAYS) {
      const at = ahead(mark);
      await look(tellOfEnding, new Date(at.getTime() - 1));
      expect(await told("credential.expiring")).toHaveLength(days.length);
      await lookTwiceAtOnce(tellOfEnding, at);
      days.push(mark);
      await look(tellOfEnding, new Date(at.getTime() + 1));
      expect((await told("credential.expiring")).map((one) => "days" in one && one.days)).toEqual(days);
    }
    const { secretId: credentialId, machineName } = machine;
    const expiresAt = end.toISOString();
    expect(await told("credential.expiring")).toContainEqual({
      key: `14:${expiresAt.slice(0, 10)}`,
      days: 14,
      endsOn: expiresAt.slice(0, 10),
      count: 1,
      credentials: [expect.objectContaining({ credentialId, machineName, credentialName: "", expiresAt })],
    });
  });

  test("after a silence over several marks are told of at the last of them; a look that came to nothing is taken again", async () => {
    await rewriteCredential(machine.secretId, { expiresAt: end });
    await lookedUntil("credential.expiring", ahead(31));
    const killed = inTransaction(async (db) => {
      await tellOfEnding(systemCtx(db, ahead(3)));
      throw new Error("killed");
    });
    await expect(killed).rejects.toThrow("killed");
    expect(await told("credential.expiring")).toEqual([]);
    await look(tellOfEnding, ahead(3));
    expect(await told("credential.expiring")).toMatchObject([{ days: 7 }]);
  });

  test("and were made to last no longer are no news", async () => {
    const short = addSeconds(new Date(), 14 * DAY_SECONDS);
    await rewriteCredential(machine.secretId, { expiresAt: short });
    await lookedUntil("credential.expiring", addSeconds(short, -15 * DAY_SECONDS));
    await look(tellOfEnding, addSeconds(short, -14 * DAY_SECONDS));
    expect(await told("credential.expiring")).toEqual([]);
    await look(tellOfEnding, addSeconds(short, -7 * DAY_SECONDS));
    expect(await told("credential.expiring")).toMatchObject([{ days: 7 }]);
  });

  test("ten thousand together are one notification before, and one when their time is over", async () => {
    await withTenThousand(end);
    await lookedUntil("credential.expiring", addSeconds(ahead(14), -MINUTE_SECONDS));
    await lookTwiceAtOnce(tellOfEnding, ahead(14));
    await lookedUntil("credential.expired", addSeconds(end, -MINUTE_SECONDS));
    await look(tellOfEnded, new Date(end.getTime() - 1));
    expect(await told("credential.expired")).toEqual([]);
    await lookTwiceAtOnce(tellOfEnded, end);
    await look(tellOfEnded, addSeconds(end, MINUTE_SECONDS));
    for (const kind of ["credential.expiring", "credential.expired"] as const) {
      const [one, ...more] = await told(kind);
      expect(more).toEqual([]);
      expect(one).toMatchObject({ count: 10_000 });
      expect(one && "credentials" in one && one.credentials).toHaveLength(20);
    }
    await prisma().credential.deleteMany({
      where: { id: { not: machine.secretId }, machineId: machine.machineId },
    });
  });
});

test("a machine without a live credential is told of once an occurrence, whether the last was deleted or expired", async () => {
  const now = new Date();
  const kind = "machine.without_credential";
  await lookedUntil(kind, addSeconds(now, -HOUR_SECONDS));
  const { machineId, machineName, secretId } = machine;
  const other = await provisioned(admin);
  await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true }, now);
  await look(tellOfMachinesWithoutCredential, addSeconds(now, MINUTE_SECONDS - 1));
  expect(await told(kind)).toEqual([]);
  await lookTwiceAtOnce(tellOfMachinesWithoutCredential, addSeconds(now, MINUTE_SECONDS));
  expect(await told(kind)).toMatchObject([{ count: 1, machines: [{ machineId, machineName }] }]);

  const later = addSeconds(now, HOUR_SECONDS);
  await rewriteCredential(other.secretId, { expiresAt: later });
  await look(cutExpired, later);
  await look(tellOfMachinesWithoutCredential, addSeconds(later, 2 * MINUTE_SECONDS));
  await look(tellOfMachinesWithoutCredential, addSeconds(later, 3 * MINUTE_SECONDS));
  expect(await told(kind)).toMatchObject([
    { machines: [{ machineId }] },
    { machines: [{ machineId: other.machineId }] },
  ]);
});

test("who tries a credential that has ended is told of once a day, with the host last seen there with it", async () => {
  const kind = "credential.used_although";
  const now = new Date("2027-03-01T12:00:00Z");
  const { machineId, secretId: credentialId } = machine;
  await inTransaction((db) =>
    openSession({ db, actor: robotOf(admin, machine), now: new Date() }, { hostName: "HOST" }),
  );
  const tried = (reason: string, at: Date) =>
    prisma().tokenRequest.create({
      data: {
        ...{
          tenantId: admin.tenantId,
          machineId,
          credentialId,
          outcome: "Refused",
          code: "invalid_client",
          reason,
        },
        ...{ address: CALLER_ADDRESS, at, lastAt: at, isFolded: false, count: 1 },
      },
    });
  await lookedUntil(kind, addSeconds(now, -MINUTE_SECONDS));
  await tried("credential_expired", now);
  await tried("secret_wrong", now);
  await lookTwiceAtOnce(tellOfUses, now);
  // Written late, and again on the same day: the same thing.
  await tried("credential_expired", addSeconds(now, -MINUTE_SECONDS));
  await tried("credential_expired", addSeconds(now, 1));
  await look(tellOfUses, addSeconds(now, 2));
  const one = { credentialId, state: "expired", hostName: "HOST", address: CALLER_ADDRESS, on: "2027-03-01" };
  expect(await told(kind)).toMatchObject([one]);
  await tried("credential_deleted", addSeconds(now, 3));
  await look(tellOfUses, addSeconds(now, 4));
  await tried("credential_expired", addSeconds(now, DAY_SECONDS));
  await look(tellOfUses, addSeconds(now, DAY_SECONDS));
  expect(await told(kind)).toMatchObject([
    one,
    { state: "deleted", on: "2027-03-01" },
    { state: "expired", on: "2027-03-02" },
  ]);
});

test("an hour with very many refusals is told of once, from that number on", async () => {
  const now = new Date("2027-03-01T12:30:00Z");
  const hour = new Date("2027-03-01T12:00:00Z");
  const { tenantId } = admin;
  const data = { tenantId, subjectId: tenantId, hour, granted: 9_999, refused: FLOOD_REFUSALS - 1 };
  await prisma().tokenRequestHour.create({ data });
  await look(tellOfFloods, now);
  expect(await told("refusals.flood")).toEqual([]);
  await prisma().tokenRequestHour.updateMany({ where: { tenantId }, data: { refused: FLOOD_REFUSALS } });
  await lookTwiceAtOnce(tellOfFloods, now);
  await look(tellOfFloods, addSeconds(now, HOUR_SECONDS));
  expect(await told("refusals.flood")).toMatchObject([{ key: hour.toISOString(), refused: FLOOD_REFUSALS }]);
});

test("hosts that fall silent are told of together, once, where the tenant asked for it", async () => {
  const kind = "host.unresponsive";
  const heard = new Date("2027-03-01T12:00:00Z");
  const actor = robotOf(admin, machine);
  for (const hostName of ["A", "B"]) {
    await inTransaction((db) => openSession({ db, actor, now: heard }, { hostName }));
  }
  await prisma().notificationSettings.create({ data: { tenantId: admin.tenantId, off: [] } });
  await lookedUntil(kind, addSeconds(heard, -1));
  const silentAt = addSeconds(heard, UNRESPONSIVE_AFTER_SECONDS);
  await heardUntil(silentAt);
  await look(tellOfSilentHosts, new Date(silentAt.getTime() - 1));
  expect(await told(kind)).toEqual([]);
  await lookTwiceAtOnce(tellOfSilentHosts, silentAt);
  await look(tellOfSilentHosts, addSeconds(silentAt, 1));
  expect(await told(kind)).toMatchObject([{ count: 2, hosts: [{ hostName: "A" }, { hostName: "B" }] }]);
});

test("whoever finds the record broken, the tenant is told, once", async () => {
  await prisma().$executeRaw`UPDATE credentials SET mac = '' WHERE id = ${machine.secretId}`;
  await ask(admin, verifyTenantRecord, undefined);
  await ask(admin, verifyTenantRecord, undefined);
  expect(await told("chain.broken")).toMatchObject([{ finding: "credential not written by Latchkey" }]);
});
