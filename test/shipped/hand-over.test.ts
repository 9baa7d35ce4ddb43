import { randomInt } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exportPKCS8 } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { whereLive } from "@/lib/credentials/conditions";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { type Rotated, rotateCredentialSchema } from "@/lib/rotations/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { endRotationNow } from "@/lib/workflows/end-rotation";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { times } from "@/test/drill";
import { dumpDatabase } from "@/test/dump";
import { addedKey, type RobotKey } from "@/test/keys";
import { act, ask, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { isAlive } from "@/test/robot/alive";
import { type Installation, startInstallation } from "./installation";
import {
  newFolder,
  type RobotProcess,
  removeRobots,
  startRobotFrom,
  startRobotProcess,
} from "./robot-process";

/** Rotations with hand-over, as the shipped robot meets them at the shipped server. */
let installation: Installation;
let admin: UserActor;
let machine: Provisioned;
let processId: string;

beforeAll(async () => {
  installation = await startInstallation();
  admin = await newTenantAdmin();
  ({ processId } = await act(admin, addProcess, addProcessSchema.parse({ name: "report until file" })));
});
beforeEach(async () => {
  machine = await provisioned(admin);
});
afterEach(removeRobots);
afterAll(() => installation?.stop());

const LONG = { interval: 20 };

/** What a robot does from making a pair until its session is on it; at one of them the pair has just taken the old one's place. */
const KEY_STEPS = 34;
const KEY_STEP_WRITTEN = 23;
const KEY_ROUNDS = times("HANDOVERS", 4);

/** A module that takes the waiting out of a robot that waits at random, and signals its process at a step of a hand-over. */
function preload(atStep: number | null, signal: "SIGKILL" | "SIGSTOP" = "SIGKILL"): string {
  const file = join(newFolder(), "preload.mjs");
  writeFileSync(
    file,
    `import fs from "node:fs";
     import { syncBuiltinESMExports } from "node:module";
     Math.random = () => 0;
     // Steps count from when it asks for the new secret, or makes a new key.
     let step = -1;
     const count = () => {
       if (step < 0 || step++ !== ${atStep}) return;
       fs.writeSync(2, "stands at the step\\n");
       process.kill(process.pid, "${signal}");
     };
     const { fetch } = globalThis;
     globalThis.fetch = async (address, init) => {
       if (step < 0 && String(address).endsWith("/successor")) step = 0;
       count();
       const answer = await fetch(address, init);
       count();
       return answer;
     };
     for (const name of ["openSync", "writeFileSync", "fsyncSync", "renameSync"]) {
       const real = fs[name];
       fs[name] = (...given) => {
         if (step < 0 && name === "openSync" && String(given[0]).endsWith(".key.next")) step = 0;
         count();
         const done = real(...given);
         count();
         return done;
       };
     }
     syncBuiltinESMExports();`,
  );
  return file;
}

async function connected(robot: RobotProcess): Promise<RobotProcess> {
  await robot.hears(/ connected to /);
  return robot;
}

const started = () => {
  const { clientId, clientSecret } = machine;
  const url = installation.origin;
  return connected(
    startRobotProcess({ url, clientId, clientSecret, hostName: "HOST", preload: preload(null) }),
  );
};

const rotate = (credentialId: string, retirement: "moved" | "day" = "moved"): Promise<Rotated> => {
  const { machineId } = machine;
  const input = rotateCredentialSchema.parse({ machineId, credentialId, retirement, handsOver: true });
  return act(admin, rotateCredential, input);
};

const credentialInUse = async () => {
  const where = { machineId: machine.machineId, endedAt: null };
  return (await prisma().session.findFirst({ where }))?.credentialId;
};
const rotationEnd = async (id: string) =>
  (await prisma().rotation.findUniqueOrThrow({ where: { id } })).endCode;
const secretIn = (file: string) => /^LATCHKEY_CLIENT_SECRET=(.*)$/m.exec(readFileSync(file, "utf8"))?.[1];

test.each([false, true])(
  "a robot moves to the new secret while its job goes on, the old one retires by itself, and the robot starts again from its file (DPoP required: %s)",
  async (requiresDpop) => {
    await prisma().machine.update({ where: { id: machine.machineId }, data: { requiresDpop } });
    const robot = await started();
    const file = join(newFolder(), "go");
    const { jobId } = await act(admin, startJob, {
      processId,
      machineId: machine.machineId,
      hostName: "",
      input: { file },
    });
    const job = () => ask(admin, getJob, { jobId });
    await expect.poll(async () => (await job())?.progress, LONG).toBe(40);
    const pid = Number((await job())?.message?.split(" ")[0]);

    let { rotationId, secret } = await rotate(machine.secretId);
    await expect.poll(credentialInUse, LONG).toBe(secret?.secretId);
    await expect.poll(() => rotationEnd(rotationId), LONG).toBe("moved");
    expect(secretIn(robot.envFile)).toBe(secret?.clientSecret);
    expect(statSync(robot.envFile).mode & 0o777).toBe(0o600);
    expect(robot.said()).toContain(
      `client secret ${secret?.secretId} takes the place of ${machine.secretId}`,
    );

    // Again and again, while the job reports.
    for (let time = 0; time < 3; time += 1) {
      ({ rotationId, secret } = await rotate(secret?.secretId ?? ""));
      await expect.poll(credentialInUse, LONG).toBe(secret?.secretId);
      await expect.poll(() => rotationEnd(rotationId), LONG).toBe("moved");
    }
    expect(isAlive(pid)).toBe(true);
    expect((await job())?.state).toBe("Running");
    writeFileSync(file, "");
    await expect.poll(async () => (await job())?.state, LONG).toBe("Successful");
    expect(await job()).toMatchObject({ output: "seen" });
    robot.child.kill("SIGTERM");
    expect(await robot.ended).toBe(0);
    const again = await connected(startRobotFrom(robot.envFile));
    expect(await credentialInUse()).toBe(secret?.secretId);
    expect(robot.said() + again.said()).not.toMatch(/lks_|eyJ/);
  },
);

test("a robot whose secret did not come from a file goes on in memory, and says what a person has to do", async () => {
  const robot = await started();
  robot.child.kill("SIGTERM");
  await robot.ended;
  const text = readFileSync(robot.envFile, "utf8");
  writeFileSync(robot.envFile, text.replace(/^LATCHKEY_CLIENT_SECRET=.*\n/m, ""));
  const { clientSecret } = machine;
  const module = preload(null);
  const other = await connected(
    startRobotFrom(robot.envFile, module, { LATCHKEY_CLIENT_SECRET: clientSecret }),
  );
  const { secret, endsAt } = await rotate(machine.secretId, "day");
  await expect.poll(credentialInUse, LONG).toBe(secret?.secretId);
  expect(other.said()).toContain("in this process only (it did not come from an environment file)");
  expect(other.said()).toContain(`before ${endsAt.toISOString()}`);
  expect(secretIn(robot.envFile)).toBeUndefined();
});

test.each([
  ["before it has proved the new one", 4],
  ["when it has written the new one", 18],
])(
  "a robot whose new secret is deleted %s goes on with the old one, in its file as well",
  async (_, step) => {
    const first = await started();
    first.child.kill("SIGKILL");
    await first.ended;
    const robot = await connected(startRobotFrom(first.envFile, preload(step, "SIGSTOP")));
    const { secret } = await rotate(machine.secretId, "day");
    await robot.hears(/stands at the step/);
    const { machineId } = machine;
    await act(admin, deleteCredential, {
      machineId,
      credentialId: secret?.secretId ?? "",
      confirmedLast: false,
    });
    robot.child.kill("SIGCONT");
    await robot.hears(step === 4 ? /the one before stays/ : /going on with the one before/);
    await robot.hears(/ connected to /);
    await expect.poll(credentialInUse, LONG).toBe(machine.secretId);
    expect(secretIn(first.envFile)).toBe(machine.clientSecret);
  },
);

test("a robot that has written the new secret when the old one ends goes on with the new one", async () => {
  const first = await started();
  first.child.kill("SIGKILL");
  await first.ended;
  const robot = await connected(startRobotFrom(first.envFile, preload(18, "SIGSTOP")));
  const { rotationId, secret } = await rotate(machine.secretId, "day");
  await robot.hears(/stands at the step/);
  await act(admin, endRotationNow, { machineId: machine.machineId, rotationId });
  await expect.poll(credentialInUse, LONG).toBeUndefined();
  robot.child.kill("SIGCONT");
  await expect.poll(credentialInUse, LONG).toBe(secret?.secretId);
  expect(robot.child.exitCode).toBeNull();
});

describe("a key", () => {
  let key: RobotKey;
  const startedByKey = async (module = preload(null)) => {
    const privateKey = await exportPKCS8(key.privateKey);
    const { clientId } = machine;
    const options = { url: installation.origin, clientId, privateKey, keyId: key.keyId, hostName: "HOST" };
    return connected(startRobotProcess({ ...options, preload: module }));
  };
  const keyFile = (robot: RobotProcess) => join(dirname(robot.envFile), "robot.key");
  const liveCredentials = () =>
    prisma().credential.count({ where: { machineId: machine.machineId, ...whereLive(new Date()) } });
  const isMoved = (oldId: string) => async () => ![oldId, undefined].includes(await credentialInUse());

  beforeEach(async () => {
    key = await addedKey(admin, machine);
    const { machineId, secretId } = machine;
    await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: false });
  });

  test("a robot makes a new pair, moves to it, and starts again from its file (DPoP required)", async () => {
    await prisma().machine.update({ where: { id: machine.machineId }, data: { requiresDpop: true } });
    const robot = await startedByKey();
    const before = readFileSync(keyFile(robot), "utf8");
    const { rotationId } = await rotate(key.keyId);
    await expect.poll(() => rotationEnd(rotationId), LONG).toBe("moved");
    const now = await credentialInUse();
    expect(robot.said()).toContain(`key ${now} takes the place of`);
    const after = readFileSync(keyFile(robot), "utf8");
    expect(after).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(after).not.toBe(before);
    expect(statSync(keyFile(robot)).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(keyFile(robot))).filter((name) => name.includes(".key."))).toEqual([]);
    robot.child.kill("SIGTERM");
    expect(await robot.ended).toBe(0);
    // Its environment file still names the id of the first key.
    const again = await connected(startRobotFrom(robot.envFile));
    expect(await credentialInUse()).toBe(now);
    expect(robot.said() + again.said()).not.toMatch(/eyJ|PRIVATE/);
  });

  test("a robot whose new key is deleted when it is written goes on with the old one, in its file as well", async () => {
    const robot = await startedByKey(preload(KEY_STEP_WRITTEN, "SIGSTOP"));
    const before = readFileSync(keyFile(robot), "utf8");
    await rotate(key.keyId, "day");
    await robot.hears(/stands at the step/);
    expect(readFileSync(keyFile(robot), "utf8")).not.toBe(before);
    const where = { machineId: machine.machineId, id: { not: key.keyId }, revokedAt: null };
    const { id: credentialId } = await prisma().credential.findFirstOrThrow({ where });
    await act(admin, deleteCredential, { machineId: machine.machineId, credentialId, confirmedLast: false });
    robot.child.kill("SIGCONT");
    await robot.hears(/going on with the one before/);
    await robot.hears(/ connected to .* connected to /s);
    expect(await credentialInUse()).toBe(key.keyId);
    expect(readFileSync(keyFile(robot), "utf8")).toBe(before);
  });

  test(`kill -9 at any step of ${KEY_ROUNDS} hand-overs of keys locks no robot out, and there is always one that works`, async () => {
    const first = await startedByKey();
    first.child.kill("SIGKILL");
    await first.ended;
    let current = key.keyId;
    for (let round = 0; round < KEY_ROUNDS; round += 1) {
      const step =
        KEY_ROUNDS > KEY_STEPS ? randomInt(KEY_STEPS) : Math.floor(((round + 0.5) * KEY_STEPS) / KEY_ROUNDS);
      const robot = await connected(startRobotFrom(first.envFile, preload(step)));
      const { rotationId } = await rotate(current);
      await Promise.race([
        robot.ended,
        robot.hears(/ connected to .* connected to /s).catch(() => undefined),
      ]);
      expect(await liveCredentials(), `died at ${step}`).toBeGreaterThan(0);
      robot.child.kill("SIGKILL");
      await robot.ended;
      const again = await connected(startRobotFrom(first.envFile, preload(null)));
      await expect.poll(isMoved(current), LONG).toBe(true);
      await expect.poll(() => rotationEnd(rotationId), LONG).toBe("moved");
      expect(await liveCredentials(), `died at ${step}`).toBe(1);
      current = (await credentialInUse()) ?? "";
      again.child.kill("SIGKILL");
      await again.ended;
    }
  });
});

/** What a robot does from asking for the new secret until its session is on it. */
const STEPS = 28;
const ROUNDS = times("HANDOVERS", 10);

test(`kill -9 at any step of ${ROUNDS} hand-overs locks no robot out, and leaves nothing of a secret in the database`, async () => {
  const first = await started();
  first.child.kill("SIGKILL");
  await first.ended;
  const { envFile } = first;
  let current = machine.secretId;
  const values: string[] = [];
  const diedWith = new Set<"the old one" | "the new one">();
  for (let round = 0; round < ROUNDS; round += 1) {
    // The suite takes one after the other, a drill any.
    const step = ROUNDS > STEPS ? randomInt(STEPS) : Math.floor((round * STEPS) / ROUNDS);
    const robot = await connected(startRobotFrom(envFile, preload(step)));
    const { rotationId, secret } = await rotate(current);
    const { encryptedValue } = await prisma().rotation.findUniqueOrThrow({ where: { id: rotationId } });
    values.push(secret?.clientSecret ?? "", Buffer.from(encryptedValue ?? "").toString("hex"));
    await Promise.race([robot.ended, robot.hears(/ connected to .* connected to /s).catch(() => undefined)]);
    if (robot.child.signalCode === "SIGKILL") {
      diedWith.add(secretIn(envFile) === secret?.clientSecret ? "the new one" : "the old one");
    }
    robot.child.kill("SIGKILL");
    await robot.ended;
    const again = await connected(startRobotFrom(envFile, preload(null)));
    await expect.poll(credentialInUse, LONG).toBe(secret?.secretId);
    await expect.poll(() => rotationEnd(rotationId), LONG).toBe("moved");
    expect(secretIn(envFile)).toBe(secret?.clientSecret);
    current = secret?.secretId ?? "";
    again.child.kill("SIGKILL");
    await again.ended;
  }
  expect(diedWith.size, "robots died before and after they had written their file").toBe(2);
  const left = Object.entries(await dumpDatabase()).flatMap(([table, rows]) =>
    values.some((value) => rows.some((row) => row.includes(value))) ? [table] : [],
  );
  expect(values.every((value) => value.length > 40)).toBe(true);
  expect(left).toEqual([]);
});
