import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noteExpired } from "@/lib/credentials/commands/note-expired";
import { listSecrets } from "@/lib/credentials/queries";
import { credentialState, expiresSoon } from "@/lib/credentials/rules";
import type { UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { rewriteCredential } from "@/test/credential-rows";
import { askToken, buyToken, type Client, connect, send } from "@/test/robot";
import { statementsOf } from "@/test/tenant-condition";
import {
  act,
  ask,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
  unique,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
});

const add = (expiresAt: Date | null) =>
  act(admin, addSecret, { machineId: machine.machineId, name: "short", expiresAt });
const tick = (now = new Date()) => inTransaction((db) => cutExpired(systemCtx(db, now)));

/** Time passes for this secret alone. */
const lapse = ({ secretId }: { secretId: string }) =>
  rewriteCredential(secretId, { expiresAt: addSeconds(new Date(), -1) });

const lifetimeOf = async (client: Client) => {
  const answer = (await (await askToken(client)).json()) as { expires_in: number };
  return answer.expires_in;
};

describe("a secret with an end", () => {
  test("works until then, and its tokens do not outlive it", async () => {
    const expiresAt = addSeconds(new Date(), 600);
    const secret = await add(expiresAt);
    const secondsLeft = () => Math.floor((expiresAt.getTime() - Date.now()) / 1000);
    const before = secondsLeft();
    const lifetime = await lifetimeOf(secret);
    expect(lifetime).toBeLessThanOrEqual(before);
    expect(lifetime).toBeGreaterThanOrEqual(secondsLeft());
    expect(await lifetimeOf(machine)).toBe(3600);
  });

  test("buys nothing from that instant on, and its tokens are refused, before any clock has ticked", async () => {
    const secret = await add(addSeconds(new Date(), 600));
    const token = await buyToken(secret);
    await lapse(secret);
    expect((await askToken(secret)).status).toBe(401);
    expect((await send("GET", "me", token)).status).toBe(401);
    expect((await askToken(machine)).status).toBe(200);
  });

  test("has its hosts cut by the clock, once however many processes look; hosts of other secrets go on", async () => {
    const secret = await add(addSeconds(new Date(), 600));
    const session = await connect(await buyToken(secret), unique("host"));
    const other = await connect(await buyToken(machine), unique("host"));
    await lapse(secret);
    await Promise.all([tick(), tick(), tick()]);
    const sessions = await prisma().session.findMany({ where: { id: { in: [session.id, other.id] } } });
    expect(sessions.find(({ id }) => id === session.id)).toMatchObject({
      endCode: "secret_expired",
    });
    expect(sessions.find(({ id }) => id === other.id)).toMatchObject({ endedAt: null });
    const events = await prisma().auditEvent.findMany({
      where: { credentialId: secret.secretId, type: { in: ["credential.expired", "session.ended"] } },
      orderBy: { id: "asc" },
    });
    expect(events).toMatchObject([
      { type: "credential.expired", actorKind: "system", tenantId: admin.tenantId },
      { type: "session.ended", actorKind: "system", tenantId: admin.tenantId },
    ]);
  });

  test("counts as live until then: ten are the most, and an expired one makes room", async () => {
    const secrets = await Promise.all(Array.from({ length: 9 }, () => add(addSeconds(new Date(), 600))));
    expect(await add(null).catch((error: unknown) => error)).toMatchObject({ code: "limit_reached" });
    const [first] = secrets;
    if (first) await lapse(first);
    expect(await add(null)).toMatchObject({ machineName: machine.machineName });
  });

  test("can be deleted after its end without being asked whether it is the last", async () => {
    const secret = await add(addSeconds(new Date(), 600));
    await lapse(secret);
    const { machineId } = machine;
    await act(admin, deleteCredential, { machineId, credentialId: machine.secretId, confirmedLast: true });
    await act(admin, deleteCredential, { machineId, credentialId: secret.secretId, confirmedLast: false });
    expect(await ask(admin, listSecrets, machine)).toMatchObject([
      { revokedAt: expect.any(Date) },
      { revokedAt: expect.any(Date) },
    ]);
  });

  test.each([
    ["now", 0],
    ["in the past", -1],
    ["in eleven years", 11 * 366 * DAY_SECONDS],
  ])("an end %s is refused at its field", async (_, seconds) => {
    const refused = await add(addSeconds(new Date(), seconds)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ code: "invalid", field: "expiresAt" });
  });
});

test("of very many that end together some are taken in one look, and the others in the next ones", async () => {
  await tick();
  for (let count = 0; count < 3; count += 1) await lapse(await add(null));
  const look = () => inTransaction((db) => noteExpired(systemCtx(db), 2));
  expect([(await look()).length, (await look()).length, (await look()).length]).toEqual([2, 1, 0]);
});

/** @returns how often each statement was sent; what begins and ends transactions is left out */
function timesOf(sent: Awaited<ReturnType<typeof statementsOf>>): Map<string, number> {
  const times = new Map<string, number>();
  for (const { text } of sent)
    if (!/^(?:BEGIN|COMMIT)/.test(text)) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

test("what ends together, of whichever tenants, is cut in as many statements as one", async () => {
  const ending = async (by: UserActor, count: number) => {
    const { machineId } = await provisioned(by);
    for (let made = 0; made < count; made += 1) {
      const secret = await act(by, addSecret, { machineId });
      await connect(await buyToken(secret), unique("host"));
      await lapse(secret);
    }
  };
  const open = () =>
    prisma().session.count({ where: { endedAt: null, credential: { expiryCutAt: { not: null } } } });
  await tick();
  await ending(admin, 1);
  const one = timesOf(await statementsOf(tick));
  await ending(admin, 3);
  await ending(await newTenantAdmin(), 3);
  const many = timesOf(await statementsOf(tick));
  // What goes on beside it, such as noting last uses, comes once; a statement for each of six secrets or two tenants would come more often.
  expect([...many].filter(([text, times]) => times > Math.max(1, one.get(text) ?? 0))).toEqual([]);
  expect(await open()).toBe(0);
});

describe("what a credential's times say", () => {
  const now = new Date("2026-05-04T12:00:00.000Z");
  const later = (seconds: number) => addSeconds(now, seconds);
  test.each([
    ["without an end", { expiresAt: null, revokedAt: null, disabledAt: null }, "Live", false],
    ["a second before its end", { expiresAt: later(1), revokedAt: null, disabledAt: null }, "Live", true],
    ["at its end", { expiresAt: now, revokedAt: null, disabledAt: null }, "Expired", false],
    [
      "a second less than 14 days before",
      { expiresAt: later(14 * DAY_SECONDS - 1), revokedAt: null, disabledAt: null },
      "Live",
      true,
    ],
    [
      "14 days before",
      { expiresAt: later(14 * DAY_SECONDS), revokedAt: null, disabledAt: null },
      "Live",
      false,
    ],
    ["deleted", { expiresAt: later(1), revokedAt: now, disabledAt: null }, "Deleted", false],
    ["disabled", { expiresAt: later(1), revokedAt: null, disabledAt: now }, "Disabled", false],
    ["disabled, at its end", { expiresAt: now, revokedAt: null, disabledAt: now }, "Expired", false],
  ] as const)("%s", (_, life, state, soon) => {
    expect([credentialState(life, now), expiresSoon(life, now)]).toEqual([state, soon]);
  });
});
