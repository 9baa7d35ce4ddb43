import { beforeAll, describe, expect, test } from "vitest";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import { makeSecret } from "@/lib/credentials/material";
import type { UserActor } from "@/lib/ctx";
import { find } from "@/lib/fleet/queries/find";
import { FOUND_MAX, type Found, findSchema } from "@/lib/fleet/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { openSession } from "@/lib/sessions/commands/open-session";
import { looksLikeSecret } from "@/lib/text";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableCredential } from "@/lib/workflows/disable-credential";
import { rewriteCredential } from "@/test/credential-rows";
import { addedKey } from "@/test/keys";
import { statementsOf } from "@/test/tenant-condition";
import {
  act,
  ask,
  inTransaction,
  logLines,
  newAdmin,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
} from "@/test/world";

let admin: UserActor;
let viewer: UserActor;
let stranger: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
  viewer = await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
  stranger = await newTenantAdmin();
  machine = await provisioned(admin, { name: "Invoices_pool" });
  await act(admin, addSecret, machine);
  await inTransaction((db) =>
    openSession({ db, actor: robotOf(admin, machine), now: new Date() }, { hostName: "RPA-100%-01" }),
  );
});

/** Another secret's random half under the id of this one. */
const wrongOf = ({ secretId }: { readonly secretId: string }) =>
  makeSecret().value.replace(/_\w{16}_/, `_${secretId}_`);

const found = (text: string, who = viewer): Promise<Found> => ask(who, find, findSchema.parse({ text }));

describe("a secret that somebody pastes is known by its value alone", () => {
  const verdict = async (text: string, who = viewer) => {
    const { secret, credentials } = await found(text, who);
    return [secret, ...credentials.map(({ credentialId, state }) => `${credentialId} ${state}`)];
  };

  test("live, as it is and in the line it stood in; with a wrong value; cut", async () => {
    const { secretId, clientSecret } = machine;
    expect(await verdict(clientSecret)).toEqual(["right", `${secretId} Live`]);
    expect(await verdict(`export SECRET="${clientSecret}";`)).toEqual(["right", `${secretId} Live`]);
    for (const wrong of [wrongOf(machine), clientSecret.slice(0, -1), `${clientSecret}0`])
      expect(await verdict(wrong), wrong.slice(0, 20)).toEqual(["wrong", `${secretId} Live`]);
  });

  test("of another tenant, of nobody, and no secret at all are one", async () => {
    const nobodys = machine.clientSecret.replace(machine.secretId, "0123456789abcdef");
    expect(await verdict(machine.clientSecret, stranger)).toEqual(["unknown"]);
    expect(await verdict(nobodys, stranger)).toEqual(["unknown"]);
    expect(await verdict("lks_0123456789abcdef")).toEqual(["unknown"]);
  });

  test("disabled, expired, deleted, of a deleted machine, and stored under an APP_SECRET that is not accepted", async () => {
    const { machineId } = machine;
    const disabled = await act(admin, addSecret, machine);
    const { tenantId } = admin;
    const off = { tenantId, machineId, credentialId: disabled.secretId, reason: "" };
    await act(admin, disableCredential, off);
    expect(await verdict(disabled.clientSecret)).toEqual(["right", `${disabled.secretId} Disabled`]);

    const expired = await act(admin, addSecret, machine);
    await rewriteCredential(expired.secretId, { expiresAt: addSeconds(new Date(), -1) });
    expect(await verdict(expired.clientSecret)).toEqual(["right", `${expired.secretId} Expired`]);

    const deleted = await act(admin, addSecret, machine);
    await act(admin, deleteCredential, { machineId, credentialId: deleted.secretId, confirmedLast: false });
    expect(await verdict(deleted.clientSecret)).toEqual(["right", `${deleted.secretId} Deleted`]);
    expect(await verdict(wrongOf(deleted))).toEqual(["wrong", `${deleted.secretId} Deleted`]);

    const gone = await provisioned(admin);
    await act(admin, deleteMachines, { machineIds: [gone.machineId] });
    expect(await found(gone.clientSecret)).toMatchObject({
      secret: "right",
      credentials: [{ state: "Deleted", isMachineDeleted: true }],
    });

    const outdated = await act(admin, addSecret, machine);
    await rewriteCredential(outdated.secretId, { pepperId: "another" });
    expect(await verdict(outdated.clientSecret)).toEqual(["not comparable", `${outdated.secretId} Live`]);
  });

  test("its value is sent to no database and stands in no line of the log", async () => {
    const sent = await statementsOf(() => found(machine.clientSecret));
    expect(JSON.stringify(sent)).toContain(machine.secretId);
    const random = machine.clientSecret.split("_")[2] ?? "";
    for (const text of [JSON.stringify(sent), logLines.join("")]) expect(text).not.toContain(random);
  });
});

test("machines, secrets, keys and hosts are found by what they are known by, in their own tenant alone", async () => {
  const { machineId, secretId, clientId } = machine;
  const { keyId } = await addedKey(admin, machine);
  const { thumbprint } = await prisma().credential.findUniqueOrThrow({ where: { id: keyId } });
  await act(admin, editCredential, {
    machineId,
    credentialId: secretId,
    name: "Nightly 50%",
    note: "In the vault of\nthe Ops team",
    expiresAt: null,
    seen: { name: "", note: "", expiresAt: null },
  });
  const finds: readonly (readonly [string, keyof Found, object])[] = [
    ["invoices_POOL", "machines", { machineId }],
    [clientId.toUpperCase(), "machines", { machineId }],
    [clientId.slice(3, 20), "machines", { machineId }],
    [secretId, "credentials", { credentialId: secretId, machineName: "Invoices_pool", state: "Live" }],
    ["nightly 50%", "credentials", { credentialId: secretId }],
    ["THE OPS", "credentials", { credentialId: secretId }],
    [thumbprint ?? "", "credentials", { credentialId: keyId, kind: "Key" }],
    ["rpa-100%", "hosts", { machineId, hostName: "RPA-100%-01", isConnected: true }],
  ];
  for (const [text, kind, hit] of finds) {
    expect((await found(text))[kind], text).toEqual([expect.objectContaining(hit)]);
    expect(await found(text, stranger), text).toEqual({
      secret: null,
      machines: [],
      credentials: [],
      hosts: [],
    });
  }
  for (const text of ["invoices%pool", "rpa_100", "%", "\\", "' OR true --", "nightly 50_"]) {
    const { machines, hosts } = await found(text);
    expect([machines, text === "%" ? [] : hosts], text).toEqual([[], []]);
  }
});

test("the best stand first, and no more of each than are shown", async () => {
  const owner = await newTenantAdmin();
  const names = ["zz", "a zz", ...Array.from({ length: 10 }, (_, index) => `zz-${index}`)];
  for (const name of names) await provisioned(owner, { name });
  const { machines } = await found("ZZ", owner);
  expect(machines.map(({ name }) => name)).toEqual(["zz", ...names.slice(2, 1 + FOUND_MAX.machines)]);
});

test("what cannot be looked for is said in a sentence", () => {
  const says = (text: string) => findSchema.safeParse({ text }).error?.issues[0]?.message;
  expect(says("  ")).toBe("Enter what you look for.");
  expect(says("a\0b")).toMatch(/plain characters/);
  expect(says("x".repeat(301))).toMatch(/at most 300/);
});

test("a secret is told from what else is typed into a list", () => {
  expect(looksLikeSecret(machine.clientSecret)).toBe(true);
  expect(looksLikeSecret(` ${machine.clientSecret.slice(0, 25)}`)).toBe(true);
  for (const text of ["lks_", "lks_robot-1", machine.clientId, machine.secretId])
    expect(looksLikeSecret(text)).toBe(false);
});
