import { expect, test } from "vitest";
import { readAttention } from "@/lib/fleet/queries/attention";
import { editNotifications } from "@/lib/notifications/commands/edit-settings";
import { notify } from "@/lib/notifications/commands/notify";
import { countUnread, getKindsOff, listNotifications } from "@/lib/notifications/queries";
import { tell } from "@/lib/notifications/rules";
import {
  NOTICE_KINDS,
  NOTIFICATIONS_A_PAGE,
  type Notice,
  type NotificationListQuery,
} from "@/lib/notifications/schema";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";
import { noteNotificationsSeen } from "@/lib/users/commands/note-notifications-seen";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { rewriteCredential } from "@/test/credential-rows";
import { act, ask, inTransaction, newTenantAdmin, prisma, provisioned } from "@/test/world";

const now = new Date("2025-11-28T10:00:00Z");
const named = {
  machineId: "0192f0c1-2222-7000-8000-000000000001",
  machineName: "Invoices\u202E pool",
  credentialId: "0123456789abcdef",
  credentialName: "",
  credentialKind: "Secret",
} as const;
const host = { ...named, sessionId: "s", hostName: "HOST\n1", heartbeatAt: now.toISOString() };
const ending = { ...named, expiresAt: "2026-12-12T10:00:00.000Z" };
const day = { address: "203.0.113.9", hostName: "HOST", on: "2026-11-28" };

/** One of each kind, of one machine or of many. */
const NOTICES: readonly Notice[] = [
  { kind: "credential.expiring", days: 14, endsOn: "2026-12-12", count: 1, credentials: [ending] },
  { kind: "credential.expired", count: 10_000, credentials: [ending] },
  { kind: "credential.used_although", state: "deleted", ...named, ...day },
  {
    kind: "credential.used_although",
    state: "rehearsed",
    rehearsalId: "r",
    count: 1,
    uses: [{ hostName: "HOST\n1", address: "203.0.113.9", jobs: ["Close\u202E the month"] }],
    ...named,
  },
  {
    kind: "credential.used_although",
    state: "rehearsed",
    rehearsalId: "r",
    count: 200,
    uses: [
      { hostName: "HOST\n1", address: "203.0.113.9", jobs: [] },
      { hostName: null, address: "203.0.113.9", jobs: [] },
    ],
    ...named,
  },
  { kind: "machine.without_credential", count: 1, machines: [named] },
  { kind: "rotation.finished", rotationId: "r", successorId: "x", hostsMoved: 5_000, ...named },
  {
    kind: "rotation.stuck",
    rotationId: "r",
    successorId: "x",
    latestEnd: null,
    count: 2,
    hostNames: ["A"],
    ...named,
  },
  { kind: "successor.taken_elsewhere", rotationId: "r", ...named, ...day },
  {
    kind: "leak.reported",
    done: "disabled",
    address: "192.0.2.7",
    foundAt: "x.example\r\n",
    count: 1,
    hostNames: ["HOST"],
    ...named,
    on: day.on,
  },
  { kind: "refusals.flood", hour: now.toISOString(), refused: 1_000 },
  { kind: "host.unresponsive", count: 2, hosts: [host] },
  {
    kind: "webhook.switched_off",
    webhookId: "w",
    webhookName: "Chat",
    lastAnsweredAt: null,
    switchedOffAt: "",
  },
  { kind: "signing_key.withdrawn", kid: "k", liveTokens: 3, by: "ada@latchkey.test" },
  { kind: "chain.broken", chain: "c", findings: 1, finding: "event changed", sequence: "7" },
];

test("every kind is told in one plain line with something to do at an address of the tenant, whatever names say", () => {
  expect([...new Set(NOTICES.map(({ kind }) => kind))].sort()).toEqual([...NOTICE_KINDS].sort());
  for (const notice of NOTICES) {
    const { sentence, next, path } = tell(notice, "acme");
    expect(sentence + next).not.toMatch(/[\p{Cc}\u202E]|undefined|Invalid/u);
    expect(sentence).toMatch(/^[A-Z\d“].+\.$/);
    expect(path).toMatch(/^\/tenants\/acme/);
  }
});

const rows = (tenantId: string) => prisma().notification.findMany({ where: { tenantId } });
const [notice] = NOTICES as readonly [Notice];

test("said in two transactions at once it is told once; what is rolled back is told later", async () => {
  const { tenantId } = await newTenantAdmin();
  const undone = inTransaction(async (db) => {
    expect(await notify(db, { tenantId, now, notice })).toBe(true);
    throw new Error("killed");
  });
  await expect(undone).rejects.toThrow("killed");
  expect(await rows(tenantId)).toEqual([]);
  const say = () => inTransaction((db) => notify(db, { tenantId, now, notice }));
  expect((await Promise.all([say(), say(), say()])).sort()).toEqual([false, false, true]);
  const { kind, ...details } = notice;
  expect(await rows(tenantId)).toMatchObject([
    { kind, key: "14:2026-12-12", at: now, machineId: null, details },
  ]);
});

test("the installation is told once, too, and its tenants are not", async () => {
  const { tenantId } = await newTenantAdmin();
  const withdrawn = {
    kind: "signing_key.withdrawn",
    kid: crypto.randomUUID(),
    liveTokens: 1,
    by: "ada",
  } as const;
  const say = () => inTransaction((db) => notify(db, { tenantId: null, now, notice: withdrawn }));
  expect([await say(), await say()]).toEqual([true, false]);
  expect(await rows(tenantId)).toEqual([]);
});

test("what a tenant does not want to be told is not; a host that falls silent is told to whoever asked for it", async () => {
  const { tenantId } = await newTenantAdmin();
  const silent = NOTICES.find(({ kind }) => kind === "host.unresponsive") as Notice;
  const say = (said: Notice) => inTransaction((db) => notify(db, { tenantId, now, notice: said }));
  expect(await say(silent)).toBe(false);
  await prisma().notificationSettings.create({ data: { tenantId, off: [notice.kind] } });
  expect([await say(silent), await say(notice)]).toEqual([true, false]);
});

test("people read a tenant's notifications page by page, the newest first; what they have seen is not unread", async () => {
  const admin = await newTenantAdmin();
  const manager = { ...admin, managesInstallation: true };
  const many = NOTIFICATIONS_A_PAGE + 10;
  const start = addSeconds(new Date(), HOUR_SECONDS);
  await inTransaction(async (db) => {
    for (let count = 1; count <= many; count += 1) {
      const flood = {
        kind: "refusals.flood",
        hour: addSeconds(now, count).toISOString(),
        refused: 1_000,
      } as const;
      await notify(db, { tenantId: admin.tenantId, now: addSeconds(start, count), notice: flood });
    }
    const kid = crypto.randomUUID();
    const withdrawn = { kind: "signing_key.withdrawn", kid, liveTokens: 1, by: "ada" } as const;
    await notify(db, { tenantId: null, now: addSeconds(start, many + 1), notice: withdrawn });
  });
  const list = (query: NotificationListQuery, actor = admin) => ask(actor, listNotifications, query);
  const [newest, all] = [await list({}), [] as string[]];
  expect(newest.newer).toBeNull();
  const next = await list({ older: newest.older ?? undefined });
  all.push(...[...newest.rows, ...next.rows].map(({ id }) => id));
  expect([new Set(all).size, next.older]).toEqual([many, null]);
  expect(await list({ newer: next.newer ?? undefined })).toMatchObject({ rows: newest.rows, newer: null });
  expect((await list({}, manager)).rows[0]?.notice.kind).toBe("signing_key.withdrawn");
  expect((await list({ kind: "chain.broken" }, manager)).rows).toEqual([]);
  expect((await list({}, await newTenantAdmin())).rows).toEqual([]);

  const unread = async (actor = admin) => (await ask(actor, countUnread, undefined)).unread;
  expect([await unread(), await unread(manager)]).toEqual([many, many + 1]);
  const later = addSeconds(start, many + 2);
  await act(admin, noteNotificationsSeen, { until: addSeconds(start, many - 3).toISOString() }, later);
  await act(admin, noteNotificationsSeen, { until: start.toISOString() }, later);
  expect(await unread()).toBe(3);
  await act(admin, noteNotificationsSeen, { until: addSeconds(later, HOUR_SECONDS).toISOString() }, later);
  expect((await ask(admin, countUnread, undefined)).seenAt).toEqual(later);
});

test("of two who save at once what the tenant is told, the second is told", async () => {
  const admin = await newTenantAdmin();
  const seen = ["host.unresponsive"] as const;
  const save = () => act(admin, editNotifications, { seen: [...seen], off: ["refusals.flood"] });
  await save();
  await expect(save()).rejects.toMatchObject({ code: "conflict" });
  expect(await ask(admin, getKindsOff, undefined)).toEqual(["refusals.flood"]);
});

test("attention follows from what there is: what ends within 14 days or ended within one, machines without a credential", async () => {
  const admin = await newTenantAdmin();
  const at = new Date();
  const [soon, late, gone, without] = [
    await provisioned(admin),
    await provisioned(admin),
    await provisioned(admin),
    await provisioned(admin),
  ];
  const nothing = { count: 0, first: [] };
  const none = {
    ended: nothing,
    ending: nothing,
    withoutCredential: nothing,
    rehearsed: nothing,
    rotations: nothing,
    webhooksOff: 0,
  };
  expect(await ask(admin, readAttention, undefined, at)).toEqual(none);
  await rewriteCredential(soon.secretId, { expiresAt: addSeconds(at, 14 * DAY_SECONDS) });
  await rewriteCredential(late.secretId, { expiresAt: addSeconds(at, 14 * DAY_SECONDS + 1) });
  await rewriteCredential(gone.secretId, { expiresAt: at });
  const { machineId, secretId: credentialId } = without;
  await act(admin, deleteCredential, { machineId, credentialId, confirmedLast: true });
  expect(await ask(admin, readAttention, undefined, at)).toMatchObject({
    ended: { count: 1, first: [{ credentialId: gone.secretId }] },
    ending: { count: 1, first: [{ credentialId: soon.secretId, machineName: soon.machineName }] },
    withoutCredential: { count: 1, first: [{ machineId }] },
  });
  const dayLater = addSeconds(at, DAY_SECONDS);
  expect(await ask(admin, readAttention, undefined, dayLater)).toMatchObject({
    ended: nothing,
    ending: { count: 2 },
  });
});
