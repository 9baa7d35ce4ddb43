import { beforeAll, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { readOverview } from "@/lib/fleet/queries/overview";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema, startJobSchema } from "@/lib/jobs/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { machineListSchema, type SecretFilter } from "@/lib/machines/schema";
import { SESSION_STATES } from "@/lib/sessions/schema";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { rewriteCredential } from "@/test/credential-rows";
import { addedKey } from "@/test/keys";
import { buyToken, connect } from "@/test/robot";
import { act, ask, heardUntil, newTenantAdmin, prisma, provisioned } from "@/test/world";

let admin: UserActor;
const now = new Date();

const overview = (who = admin) => ask(who, (ctx) => readOverview(ctx), null, now);
const machinesWith = async (secrets: SecretFilter) => {
  const list = await ask(admin, listMachines, machineListSchema.parse({ secrets }), now);
  return list.rows.map(({ name }) => name).sort();
};
const usedAt = (id: string, lastUsedAt: Date) =>
  prisma().credential.update({ where: { id }, data: { lastUsedAt } });

beforeAll(async () => {
  admin = await newTenantAdmin();
  await provisioned(admin, { name: "fresh" });
  const stale = await provisioned(admin, { name: "stale" });
  await usedAt(stale.secretId, addSeconds(now, -91 * DAY_SECONDS));
  const pair = await provisioned(admin, { name: "pair" });
  const { secretId } = await act(admin, addSecret, { machineId: pair.machineId });
  for (const id of [pair.secretId, secretId]) await usedAt(id, addSeconds(now, -89 * DAY_SECONDS));
  const keyed = await provisioned(admin, { name: "keyed" });
  await addedKey(admin, keyed);
  await usedAt(keyed.secretId, now);
  const gone = await provisioned(admin, { name: "gone" });
  await act(admin, deleteMachines, { machineIds: [gone.machineId] });
  const over = await provisioned(admin, { name: "over" });
  await rewriteCredential(over.secretId, { expiresAt: addSeconds(now, -1) });
});

test("secrets are counted by their use, and the lists behind the figures hold just those machines", async () => {
  const { machines, neverUsed, unused, machinesWithOneSecret } = await overview();
  expect(machines).toBe(5);
  expect(neverUsed).toEqual({ secrets: 1, machines: 1 });
  expect(await machinesWith("neverUsed")).toEqual(["fresh"]);
  expect(unused).toEqual({ secrets: 1, machines: 1 });
  expect(await machinesWith("unused")).toEqual(["stale"]);
  expect(machinesWithOneSecret).toBe(2);
  expect(await machinesWith("single")).toEqual(["fresh", "stale"]);
});

test("hosts are counted by the state in which the list of robots shows them", async () => {
  const host = await provisioned(admin, { name: "host" });
  const token = await buyToken(host);
  const [idle, busy, silent, left] = await Promise.all(
    ["idle", "busy", "silent", "left"].map((name) => connect(token, name)),
  );
  const change = (id: string | undefined, data: object) =>
    prisma().session.update({ where: { id: id ?? "" }, data });
  await change(busy?.id, { isBusy: true });
  await change(silent?.id, { heartbeatAt: addSeconds(now, -120) });
  await change(left?.id, { endedAt: now });
  await heardUntil(now);
  const { hosts } = await overview();
  expect(hosts).toEqual({ Available: 1, Busy: 1, Unresponsive: 1, Disconnected: 1 });
  for (const [state, name] of [
    ["Available", "idle"],
    ["Busy", "busy"],
    ["Unresponsive", "silent"],
    ["Disconnected", "left"],
  ] as const) {
    const listed = await ask(admin, listRobots, { state }, now);
    expect(listed).toMatchObject([{ hostName: name, state }]);
  }
  const all = await ask(admin, listRobots, {}, now);
  for (const state of SESSION_STATES) {
    expect(all.filter((one) => one.state === state)).toHaveLength(hosts[state]);
  }
  expect(idle?.state).toBe("Available");
});

test("jobs are counted while they wait and run; another tenant has none of all this", async () => {
  const { processId } = await act(
    admin,
    addProcess,
    addProcessSchema.parse({ name: "invoices", defaultInput: "" }),
  );
  await act(admin, startJob, startJobSchema.parse({ processId }));
  const running = await act(admin, startJob, startJobSchema.parse({ processId }));
  await prisma().job.update({ where: { id: running.jobId }, data: { state: "Running" } });
  expect((await overview()).jobs).toEqual({ running: 1, pending: 1 });
  expect(await overview(await newTenantAdmin())).toEqual({
    machines: 0,
    hosts: { Available: 0, Busy: 0, Unresponsive: 0, Disconnected: 0 },
    jobs: { running: 0, pending: 0 },
    neverUsed: { secrets: 0, machines: 0 },
    unused: { secrets: 0, machines: 0 },
    machinesWithOneSecret: 0,
  });
});
