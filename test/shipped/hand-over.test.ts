import { randomInt } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { type Rotated, rotateCredentialSchema } from "@/lib/rotations/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { times } from "@/test/drill";
import { dumpDatabase } from "@/test/dump";
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

/** A module that takes the waiting out of a robot that waits at random, and signals its process at a step of a hand-over. */
function preload(atStep: number | null, signal: "SIGKILL" | "SIGSTOP" = "SIGKILL"): string {
  const file = join(newFolder(), "preload.mjs");
  writeFileSync(
    file,
    `import fs from "node:fs";
     import { syncBuiltinESMExports } from "node:module";
     Math.random = () => 0;
     // Steps count from when it asks for the new secret.
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
