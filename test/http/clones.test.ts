import { beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds } from "@/lib/time";
import { buyToken, ORCHESTRATOR, send } from "@/test/robot";
import {
  act,
  ask,
  CALLER_ADDRESS,
  call,
  heardUntil,
  newTenantAdmin,
  prisma,
  provisioned,
  unique,
} from "@/test/world";

let admin: UserActor;
let token: string;
let sessionId: string;
let jobId: string;

const connectAs = (instanceId?: string, more: object = {}, address = CALLER_ADDRESS) =>
  call("POST", `${ORCHESTRATOR}/sessions`, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ hostName: "HOST", instanceId, ...more }),
    address,
  });
const CLONE_ADDRESS = "192.0.2.77";
const connectClone = () => connectAs("clone", {}, CLONE_ADDRESS);

/** A host is connected under an id, and runs a job. */
async function running(instanceId?: string): Promise<void> {
  const opened = await connectAs(instanceId);
  expect(opened.status).toBe(201);
  sessionId = ((await opened.json()) as { id: string }).id;
  const process = addProcessSchema.parse({ name: unique("process") });
  const { processId } = await act(admin, addProcess, process);
  jobId = (await act(admin, startJob, { processId, hostName: "" })).jobId;
  expect((await send("POST", `sessions/${sessionId}/jobs/next`, token, { waitSeconds: 0 })).status).toBe(200);
}

const job = () => ask(admin, getJob, { jobId });
const fromAnother = (address: string) => ({ endCode: "other_robot", endedBy: address });

beforeEach(async () => {
  admin = await newTenantAdmin();
  token = await buyToken(await provisioned(admin));
});

test("a clone is told that the host's name is taken, and takes nothing over while that host is heard", async () => {
  await running("first");
  const refused = await connectClone();
  expect(refused.status).toBe(409);
  const problem = (await refused.json()) as { detail: string };
  expect(problem).toMatchObject({ code: "host_name_in_use", errors: [{ field: "hostName" }] });
  expect(problem.detail).toContain(CALLER_ADDRESS);
  expect(await job()).toMatchObject({ state: "Running" });
  expect((await send("POST", `sessions/${sessionId}/heartbeat`, token, {})).status).toBe(200);
});

test("a host that fell silent loses its name to another one, with the reason", async () => {
  await running("first");
  const heartbeatAt = addSeconds(new Date(), -UNRESPONSIVE_AFTER_SECONDS);
  await prisma().session.update({ where: { id: sessionId }, data: { heartbeatAt } });
  // Before anybody could have heard it, nothing is silent.
  expect((await connectClone()).status).toBe(409);
  await heardUntil(new Date());
  expect((await connectClone()).status).toBe(201);
  expect(await job()).toMatchObject({ state: "Faulted", ...fromAnother(CLONE_ADDRESS) });
  // The first one hears the same when it comes back.
  expect((await connectAs("first")).status).toBe(409);
});

test("a robot that starts again on its host is back at once", async () => {
  await running("first");
  expect((await connectAs("first")).status).toBe(201);
  expect(await job()).toMatchObject({ state: "Faulted", endCode: "not_running" });
});

test("a system that was started anew at its address waits for nobody", async () => {
  await running("first");
  expect((await connectAs("started-anew")).status).toBe(201);
  expect(await job()).toMatchObject({ state: "Faulted", ...fromAnother(CALLER_ADDRESS) });
});

test("one that goes on with its job keeps it", async () => {
  await running("first");
  expect((await connectAs("first", { runningJobs: [jobId] })).status).toBe(201);
  expect(await job()).toMatchObject({ state: "Running" });
});

test.each([
  ["neither", undefined, undefined],
  ["the newcomer", "first", undefined],
  ["the first", undefined, "second"],
])(
  "where %s says which host it is, the name is taken over, with a reason that is true",
  async (_, one, two) => {
    await running(one);
    expect((await connectAs(two)).status).toBe(201);
    expect(await job()).toMatchObject({ state: "Faulted", ...fromAnother(CALLER_ADDRESS) });
  },
);

test("a host's name is free at once when it was disconnected", async () => {
  await running("first");
  expect((await send("DELETE", `sessions/${sessionId}`, token)).status).toBe(204);
  expect((await connectAs("second")).status).toBe(201);
});

test.each(["", "with space", "x".repeat(65)])("%j tells no host from another", async (instanceId) => {
  expect((await connectAs(instanceId)).status).toBe(400);
});
