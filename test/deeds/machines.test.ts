import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { LIVE_CREDENTIALS_MAX } from "@/lib/limits/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { editMachine } from "@/lib/machines/commands/edit-machine";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { getMachine } from "@/lib/machines/queries";
import { type EditMachineInput, machineDetailsSchema, provisionMachineSchema } from "@/lib/machines/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { dumpDatabase } from "@/test/dump";
import { act, ask, inTransaction, newTenantAdmin, prisma, provisioned } from "@/test/world";

let admin: UserActor;

beforeEach(async () => {
  admin = await newTenantAdmin();
});

const refusal = (doing: Promise<unknown>) =>
  doing.then(
    (value) => expect.fail(`was not refused: ${JSON.stringify(value)}`),
    (error: unknown) => {
      expect(error).toBeInstanceOf(Refusal);
      return error as Refusal;
    },
  );

const edited = (name: string, machineId: string, revision: number): EditMachineInput => ({
  ...machineDetailsSchema.parse({ name }),
  machineId,
  revision,
});

const liveSecrets = (machineId: string) =>
  prisma().credential.count({ where: { machineId, revokedAt: null } });

describe("a machine's name is its tenant's only one", () => {
  test.each([
    ["another case", "Finance-PC", "FINANCE-pc"],
    ["spaces around it", "Finance-PC", "  Finance-PC "],
    ["composed and decomposed letters", "Büro", "Bu\u0308ro"],
    ["full-width letters", "PC-1", "\uff30\uff23-1"],
    ["a ligature", "of\ufb01ce", "office"],
    ["Greek capitals with a final sigma", "\u03bf\u03b4\u03bf\u03c3", "\u039f\u0394\u039f\u03a3"],
    ["German sharp s in capitals", "stra\u00dfe", "STRASSE"],
    ["Cherokee letters", "\u13a0", "\uab70"],
  ])("whatever %s", async (_, taken, wanted) => {
    await provisioned(admin, { name: taken });
    expect(await refusal(provisioned(admin, { name: wanted }))).toMatchObject({
      code: "conflict",
      field: "name",
    });
    const other = await provisioned(admin, { name: "Other" });
    const renaming = act(admin, editMachine, edited(wanted.trim(), other.machineId, 1));
    expect(await refusal(renaming)).toMatchObject({ code: "conflict", field: "name" });
  });

  test("but another tenant's may be the same, and a deleted machine's is free again", async () => {
    const { machineId } = await provisioned(admin, { name: "Host" });
    await provisioned(await newTenantAdmin(), { name: "Host" });
    await act(admin, deleteMachines, { machineIds: [machineId] });
    await provisioned(admin, { name: "HOST" });
  });

  test("also for two who want it at once: a double click on Provision makes one machine", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => provisioned(admin, { name: "One" })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { tenantId } = admin;
    expect(await prisma().machine.count({ where: { tenantId } })).toBe(1);
    expect(await prisma().credential.count({ where: { tenantId } })).toBe(1);
  });

  test("and may be as long as the form says, in any script", async () => {
    const scripts = ["x", "\u754c", "\ud83d\udd11", "\ufdfa"].map((character) =>
      character.repeat(450).slice(0, 450),
    );
    // No two alike, so that no index can fold them: the longest key that Unicode's compatibility forms can make.
    const wide = [...Array(0x1fff).keys()].map((at) => String.fromCodePoint(0x2e00 + at));
    const expanding = wide.filter((character) => character.normalize("NFKC").length > 3);
    scripts.push(
      Array.from({ length: 450 }, (_, at) => expanding[(at * at * 7919) % expanding.length]).join(""),
    );
    for (const name of scripts) {
      const parsed = provisionMachineSchema.safeParse({ name, kind: "Template" });
      if (parsed.success)
        expect(await act(admin, provisionMachine, parsed.data)).toMatchObject({ machineName: name });
      else expect(parsed.error.issues[0]?.path).toEqual(["name"]);
    }
  });
});

test("provisioning that fails half way leaves nothing behind", async () => {
  const before = await dumpDatabase();
  const failing = inTransaction(async (db) => {
    const input = provisionMachineSchema.parse({ name: "Half", kind: "Template" });
    await provisionMachine({ db, actor: admin, now: new Date() }, input);
    throw new Error("the connection broke before the commit");
  });
  await expect(failing).rejects.toThrow("before the commit");
  expect(await dumpDatabase()).toEqual(before);
});

describe("two admins editing one machine", () => {
  test("the second save of a stale form is told so and overwrites nothing", async () => {
    const { machineId } = await provisioned(admin);
    expect(await act(admin, editMachine, edited("First", machineId, 1))).toEqual({ revision: 2 });
    const stale = await refusal(act(admin, editMachine, edited("Second", machineId, 1)));
    expect(stale).toMatchObject({ code: "conflict", field: undefined });
    expect(await ask(admin, getMachine, { machineId })).toMatchObject({ name: "First", revision: 2 });
  });

  test("of many saves at once exactly one succeeds", async () => {
    const { machineId } = await provisioned(admin);
    const saves = Array.from({ length: 8 }, (_, at) =>
      act(admin, editMachine, edited(`Save ${at}`, machineId, 1)),
    );
    const outcomes = await Promise.allSettled(saves);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await prisma().auditEvent.count({ where: { machineId, type: "machine.edited" } })).toBe(1);
  });

  test("a deleted machine cannot be edited", async () => {
    const { machineId } = await provisioned(admin);
    await act(admin, deleteMachines, { machineIds: [machineId] });
    expect(await refusal(act(admin, editMachine, edited("Late", machineId, 1)))).toMatchObject({
      code: "not_found",
    });
  });
});

describe("a machine has at most ten live secrets", () => {
  test("the eleventh is refused with a reason, and possible again after a deletion", async () => {
    const machine = await provisioned(admin);
    for (let count = 1; count < LIVE_CREDENTIALS_MAX.usual; count += 1) await act(admin, addSecret, machine);
    const refused = await refusal(act(admin, addSecret, machine));
    expect(refused).toMatchObject({ code: "limit_reached" });
    expect(refused.message).toContain("10 live or disabled client secrets");
    await act(admin, deleteCredential, { ...machine, credentialId: machine.secretId, confirmedLast: false });
    await act(admin, addSecret, machine);
    expect(await liveSecrets(machine.machineId)).toBe(LIVE_CREDENTIALS_MAX.usual);
  });

  test("also when twelve are asked for at once", async () => {
    const machine = await provisioned(admin);
    const asking = Array.from({ length: 12 }, () => act(admin, addSecret, machine));
    const outcomes = await Promise.allSettled(asking);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(
      LIVE_CREDENTIALS_MAX.usual - 1,
    );
    expect(await liveSecrets(machine.machineId)).toBe(LIVE_CREDENTIALS_MAX.usual);
  });
});

describe("deleting the last live secret", () => {
  test("must be meant", async () => {
    const machine = await provisioned(admin);
    const unmeant = await refusal(
      act(admin, deleteCredential, { ...machine, credentialId: machine.secretId, confirmedLast: false }),
    );
    expect(unmeant).toMatchObject({ code: "conflict", field: "confirmedLast" });
    expect(await liveSecrets(machine.machineId)).toBe(1);
    await act(admin, deleteCredential, { ...machine, credentialId: machine.secretId, confirmedLast: true });
    expect(await liveSecrets(machine.machineId)).toBe(0);
  });

  test("cannot happen to two admins who each delete the other one", async () => {
    const machine = await provisioned(admin);
    const { machineId } = machine;
    const other = await act(admin, addSecret, machine);
    const outcomes = await Promise.allSettled(
      [machine.secretId, other.secretId].map((secretId) =>
        act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: false }),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await liveSecrets(machineId)).toBe(1);
  });
});

test("of two who delete the same secret at once, one is told that it is gone; the record names the other", async () => {
  const machine = await provisioned(admin);
  const deleting = Array.from({ length: 4 }, () =>
    act(admin, deleteCredential, { ...machine, credentialId: machine.secretId, confirmedLast: true }),
  );
  const outcomes = await Promise.allSettled(deleting);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected")
      expect(outcome.reason).toMatchObject({ name: "Refusal", code: "gone" });
  }
  const { secretId } = machine;
  expect(
    await prisma().auditEvent.count({ where: { credentialId: secretId, type: "credential.deleted" } }),
  ).toBe(1);
});

test("several machines are deleted together, those already gone not twice", async () => {
  const machineIds = [];
  for (let count = 0; count < 3; count += 1) machineIds.push((await provisioned(admin)).machineId);
  await act(admin, deleteMachines, { machineIds: machineIds.slice(0, 1) });
  expect(await act(admin, deleteMachines, { machineIds })).toMatchObject({ deleted: 2 });
  expect(await refusal(act(admin, deleteMachines, { machineIds }))).toMatchObject({ code: "not_found" });
});
