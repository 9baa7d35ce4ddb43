import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { enableMachine } from "@/lib/machines/commands/withdraw-machine";
import type { EndCode } from "@/lib/sessions/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { askToken, buyToken, connect, send } from "@/test/robot";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let token: string;
let sessionId: string;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  token = await buyToken(machine);
  sessionId = (await connect(token, "HOST-A")).id;
});

const everyRequest = (bearer: string) => [
  send("GET", "me", bearer),
  send("POST", "sessions", bearer, { hostName: "HOST-B" }),
  send("POST", `sessions/${sessionId}/heartbeat`, bearer, {}),
  send("DELETE", `sessions/${sessionId}`, bearer),
];

async function expectCut(endCode: EndCode) {
  for (const response of await Promise.all(everyRequest(token))) {
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(await response.json()).toMatchObject({ type: "urn:latchkey:problem:invalid-token" });
  }
  expect((await askToken(machine)).status).toBe(401);
  const row = await prisma().session.findUniqueOrThrow({ where: { id: sessionId } });
  expect(row.endedAt).not.toBeNull();
  expect(row).toMatchObject({ endCode, endedBy: admin.name });
}

const secretOf = () => ({ ...machine, tenantId: admin.tenantId, credentialId: machine.secretId });

const cutSecret = (actor = admin) =>
  act(actor, deleteCredential, {
    machineId: machine.machineId,
    credentialId: machine.secretId,
    confirmedLast: true,
  });

describe("from the moment it is acknowledged, nothing works with the token or the secret any more", () => {
  test("deleting the secret", async () => {
    expect(await cutSecret()).toEqual({ disconnectedHosts: ["HOST-A"], stoppedJobs: 0 });
    await expectCut("secret_deleted");
  });

  test("disabling the secret", async () => {
    const done = await act(admin, disableCredential, { ...secretOf(), reason: "", confirmedLast: true });
    expect(done).toEqual({ disconnectedHosts: ["HOST-A"], stoppedJobs: 0 });
    await expectCut("secret_disabled");
  });

  test("disabling the machine", async () => {
    expect(await act(admin, disableMachine, machine)).toEqual({
      disconnectedHosts: ["HOST-A"],
      stoppedJobs: 0,
    });
    await expectCut("machine_disabled");
  });

  test("deleting the machine", async () => {
    const { machineId } = machine;
    const deleted = await act(admin, deleteMachines, { machineIds: [machineId] });
    expect(deleted).toEqual({ deleted: 1, disconnectedHosts: ["HOST-A"], stoppedJobs: 0 });
    await expectCut("machine_deleted");
  });
});

test("the robot that was cut off is told why by its next words, if its new secret lets it ask", async () => {
  const next = await buyToken(await act(admin, addSecret, { machineId: machine.machineId }));
  await cutSecret();
  const response = await send("POST", `sessions/${sessionId}/heartbeat`, next, {});
  expect(response.status).toBe(410);
  expect(((await response.json()) as { detail: string }).detail).toContain("client secret deleted");
});

test("deleting one secret leaves the machine's others, their tokens and their hosts alone", async () => {
  const other = await act(admin, addSecret, { machineId: machine.machineId });
  const otherToken = await buyToken(other);
  const { id } = await connect(otherToken, "HOST-OTHER");
  await cutSecret();
  expect((await send("POST", `sessions/${id}/heartbeat`, otherToken, {})).status).toBe(200);
  expect((await askToken(other)).status).toBe(200);
});

test("a host that moved to another secret is not cut with the one it left", async () => {
  const other = await buyToken(await act(admin, addSecret, { machineId: machine.machineId }));
  const moved = await connect(other, "HOST-A");
  expect(await cutSecret()).toEqual({ disconnectedHosts: [], stoppedJobs: 0 });
  expect((await send("POST", `sessions/${moved.id}/heartbeat`, other, {})).status).toBe(200);
});

test("a machine that is enabled again works with the secrets and tokens it had", async () => {
  await act(admin, disableMachine, machine);
  await act(admin, enableMachine, machine);
  expect((await send("GET", "me", token)).status).toBe(200);
  expect((await connect(await buyToken(machine), "HOST-A")).state).toBe("Available");
});

test("a secret that is enabled again buys tokens and connects; the token that its host showed last stays refused", async () => {
  await act(admin, disableCredential, { ...secretOf(), reason: "", confirmedLast: true });
  await act(admin, enableCredential, secretOf());
  expect((await send("GET", "me", token)).status).toBe(401);
  expect((await connect(await buyToken(machine), "HOST-A")).state).toBe("Available");
});

test("a deleted secret stays deleted when the machine is disabled and enabled", async () => {
  await cutSecret();
  await act(admin, disableMachine, machine);
  await act(admin, enableMachine, machine);
  expect((await askToken(machine)).status).toBe(401);
  expect((await send("GET", "me", token)).status).toBe(401);
});

test("machines that are not cut go on working", async () => {
  const bystander = await provisioned(admin);
  const bystanding = await buyToken(bystander);
  const { id } = await connect(bystanding, "HOST-A");
  await act(admin, deleteMachines, { machineIds: [machine.machineId] });
  expect((await send("POST", `sessions/${id}/heartbeat`, bystanding, {})).status).toBe(200);
});

test("connecting while the secret is being deleted never leaves a host on a deleted secret", async () => {
  for (let round = 0; round < 25; round += 1) {
    const { secretId, clientSecret } = await act(admin, addSecret, { machineId: machine.machineId });
    const bought = await buyToken({ clientId: machine.clientId, clientSecret });
    const connecting = Array.from({ length: 6 }, (_, host) =>
      send("POST", "sessions", bought, { hostName: `RACE-${round}-${host}` }),
    );
    const { machineId } = machine;
    const deleting = act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
    const statuses = (await Promise.all(connecting)).map(({ status }) => status);
    await deleting;
    // In before the deletion, out after it, or refused at the write itself.
    for (const status of statuses) expect([201, 401, 410]).toContain(status);
    expect(await prisma().session.count({ where: { credentialId: secretId, endedAt: null } })).toBe(0);
  }
});
