import { beforeEach, describe, expect, test } from "vitest";
import { issueSecretSchema } from "@/lib/credentials/schema";
import type { UserActor } from "@/lib/ctx";
import { editLimits } from "@/lib/limits/commands";
import { getLimits } from "@/lib/limits/queries";
import { type Limits, NO_LIMITS } from "@/lib/limits/schema";
import { addKey } from "@/lib/machines/commands/add-key";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { newPublicKey } from "@/test/keys";
import { act, ask, newTenantAdmin, prisma, provisioned, unique } from "@/test/world";

let admin: UserActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
});

const limit = async (limits: Partial<Limits>) =>
  act(admin, editLimits, {
    limits: { ...NO_LIMITS, ...limits },
    seen: await ask(admin, getLimits, undefined),
  });
const provision = (of = admin) =>
  act(of, provisionMachine, provisionMachineSchema.parse({ name: unique("limited"), kind: "Template" }));
const settled = async (outcomes: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(outcomes)).filter(({ status }) => status === "fulfilled").length;

describe("how many machines a tenant has", () => {
  test("stays within its limit when eight provision at once; deleted machines do not count", async () => {
    await limit({ machinesMax: 3 });
    const outcomes = Array.from({ length: 8 }, () => provision());
    expect(await settled(outcomes)).toBe(3);
    await expect(provision()).rejects.toMatchObject({
      code: "limit_reached",
      message: expect.stringContaining("has 3 machines and allows itself 3"),
    });
    const first = await prisma().machine.findFirstOrThrow({ where: { tenantId: admin.tenantId } });
    await prisma().machine.update({
      where: { id: first.id },
      data: { deletedAt: new Date(), nameKey: null },
    });
    await provision();
  });

  test("is nobody else's limit", async () => {
    await limit({ machinesMax: 1 });
    await provision();
    const other = await newTenantAdmin();
    await provision(other);
    await provision(other);
  });

  test("may be over a limit that was set later: nothing is taken away", async () => {
    await provision();
    await provision();
    await limit({ machinesMax: 1 });
    expect(await prisma().machine.count({ where: { tenantId: admin.tenantId, deletedAt: null } })).toBe(2);
    await limit({ machinesMax: null });
    await provision();
  });
});

test("live secrets and keys of a machine are counted each for itself", async () => {
  const machine = await provisioned(admin);
  await limit({ liveCredentialsMax: 2 });
  await act(admin, addSecret, machine);
  await expect(act(admin, addSecret, machine)).rejects.toMatchObject({
    code: "limit_reached",
    message: expect.stringContaining("2 live or disabled client secrets"),
  });
  const key = async () => ({
    machineId: machine.machineId,
    name: "robot",
    expiresAt: null,
    publicKey: await newPublicKey(),
  });
  await act(admin, addKey, await key());
  await act(admin, addKey, await key());
  await expect(act(admin, addKey, await key())).rejects.toMatchObject({ code: "limit_reached" });
});

describe("how long a secret or key is good", () => {
  const days = (count: number) => addSeconds(new Date(), count * DAY_SECONDS);
  const secretUntil = async (expiresAt: Date | null) => {
    const { machineId } = await provisioned(admin);
    const input = issueSecretSchema.parse({ machineId, expiresAt });
    const { secretId } = await act(admin, addSecret, input);
    return (await prisma().credential.findUniqueOrThrow({ where: { id: secretId } })).expiresAt;
  };

  test("is the limit where nothing was said, and says so; the first secret of a machine, too", async () => {
    await limit({ lifetimeDaysMax: 90 });
    const before = new Date();
    const issued = await provision();
    const row = await prisma().credential.findUniqueOrThrow({ where: { id: issued.secretId } });
    expect(issued.expiresAt).toEqual(row.expiresAt);
    expect(row.expiresAt?.getTime()).toBeGreaterThanOrEqual(addSeconds(before, 90 * DAY_SECONDS).getTime());
    expect(row.expiresAt?.getTime()).toBeLessThanOrEqual(days(90).getTime());
    expect(await secretUntil(null)).not.toBeNull();
  });

  test("may be shorter, not longer; the form's clock may be a little ahead", async () => {
    await limit({ lifetimeDaysMax: 90 });
    const within = days(30);
    expect(await secretUntil(within)).toEqual(within);
    const ahead = addSeconds(days(90), 60);
    const kept = await secretUntil(ahead);
    expect(kept?.getTime()).toBeLessThan(ahead.getTime());
    await expect(secretUntil(days(91))).rejects.toMatchObject({
      code: "invalid",
      field: "expiresAt",
      message: expect.stringContaining("90 days at the most"),
    });
  });

  test("has no end where there is no limit", async () => {
    expect(await secretUntil(null)).toBeNull();
  });
});

test("of two who save limits from the same form one is told", async () => {
  const outcomes = [1, 2].map((machinesMax) =>
    act(admin, editLimits, { limits: { ...NO_LIMITS, machinesMax }, seen: NO_LIMITS }),
  );
  expect(await settled(outcomes)).toBe(1);
  const refused = (await Promise.allSettled(outcomes)).find(({ status }) => status === "rejected");
  expect(refused).toMatchObject({ reason: { code: "conflict" } });
});
