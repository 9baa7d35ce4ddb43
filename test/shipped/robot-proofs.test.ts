import { exportPKCS8 } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { addedKey } from "@/test/keys";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { proxyTo } from "@/test/proxy";
import { type Installation, startInstallation } from "./installation";
import { type RobotProcessOptions, removeRobots, startRobotProcess } from "./robot-process";

/** The shipped robot at machines that want more of it than a secret. */
let installation: Installation;
let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  installation = await startInstallation();
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
  await prisma().machine.update({ where: { id: machine.machineId }, data: { requiresDpop: true } });
});
afterEach(removeRobots);
afterAll(() => installation?.stop());

async function connected(options: Partial<RobotProcessOptions>) {
  const { clientId } = machine;
  const robot = startRobotProcess({ url: installation.origin, clientId, hostName: "HOST", ...options });
  await robot.hears(/ connected to /);
  return robot;
}

const session = () =>
  prisma().session.findFirstOrThrow({ where: { machineId: machine.machineId, endedAt: null } });

test("a robot works where tokens must be bound, and leaves in order", async () => {
  const robot = await connected({ clientSecret: machine.clientSecret });
  expect((await session()).credentialId).toBe(machine.secretId);
  robot.child.kill("SIGTERM");
  expect(await robot.ended).toBe(0);
  expect(robot.said()).not.toMatch(/lks_|eyJ|PRIVATE/);
});

test("a robot that reaches the portal by another name than its own proves for the portal's own", async () => {
  const proxy = await proxyTo(installation.origin);
  const robot = await connected({ clientSecret: machine.clientSecret, url: proxy.url });
  robot.child.kill("SIGTERM");
  expect(await robot.ended).toBe(0);
  await proxy.close();
});

test.each([true, false])(
  "a robot authenticates by private key (key id told: %s), and is cut with it",
  async (isTold) => {
    const { privateKey, keyId } = await addedKey(admin, machine);
    const text = await exportPKCS8(privateKey);
    const robot = await connected({ privateKey: text, ...(isTold && { keyId }) });
    expect((await session()).credentialId).toBe(keyId);
    await act(admin, deleteCredential, {
      machineId: machine.machineId,
      credentialId: keyId,
      confirmedLast: true,
    });
    expect(await robot.ended).toBe(3);
    expect(robot.said()).not.toMatch(/lks_|eyJ|PRIVATE/);
  },
);
