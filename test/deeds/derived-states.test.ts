import { expect, test } from "vitest";
import { isLive, whereLive, whereNotEnded } from "@/lib/credentials/conditions";
import { credentialState, isEnded } from "@/lib/credentials/rules";
import { listConnectedHosts } from "@/lib/fleet/queries/connected-hosts";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { countHosts } from "@/lib/fleet/queries/overview";
import type { JobState } from "@/lib/generated/prisma/client";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { addProcessSchema } from "@/lib/jobs/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { SESSION_STATES } from "@/lib/sessions/schema";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential } from "@/lib/workflows/disable-credential";
import { rewriteCredential } from "@/test/credential-rows";
import { act, ask, heardUntil, newTenantAdmin, prisma, provisioned } from "@/test/world";

// What is asked of a row as a function and of the table as a condition is one rule: both are asked here of the same rows.

const now = new Date();

test("a credential is live for the function, for Prisma's condition and for that in SQL, or for none", async () => {
  const admin = await newTenantAdmin();
  const { machineId } = await provisioned(admin);
  for (const seconds of [-1, 0, 1]) {
    const { secretId } = await act(admin, addSecret, { machineId });
    await rewriteCredential(secretId, { expiresAt: addSeconds(now, seconds) });
  }
  const { secretId: credentialId } = await act(admin, addSecret, { machineId });
  await act(admin, deleteCredential, { machineId, credentialId, confirmedLast: false });

  const { secretId: disabled } = await act(admin, addSecret, { machineId });
  const of = { tenantId: admin.tenantId, machineId, credentialId: disabled };
  await act(admin, disableCredential, { ...of, reason: "" });

  const rows = await prisma().credential.findMany({ where: { machineId }, orderBy: { id: "asc" } });
  const live = rows.filter((row) => credentialState(row, now) === "Live").map(({ id }) => id);
  expect([rows.length, live.length]).toEqual([6, 2]);
  const found = await prisma().credential.findMany({
    where: { machineId, ...whereLive(now) },
    orderBy: { id: "asc" },
  });
  expect(found.map(({ id }) => id)).toEqual(live);
  const inSql = await prisma().$queryRaw<{ id: string }[]>`
    SELECT id FROM credentials WHERE machine_id = ${machineId}::uuid AND ${isLive(now)} ORDER BY id`;
  expect(inSql.map(({ id }) => id).sort()).toEqual(live.toSorted());
  const notEnded = await prisma().credential.count({ where: { machineId, ...whereNotEnded(now) } });
  expect(notEnded).toBe(rows.filter((row) => !isEnded(row, now)).length);
  const machine = await prisma().machine.findUniqueOrThrow({ where: { id: machineId } });
  // Of the expired ones nobody has taken note.
  expect(machine.liveSecrets).toBe(live.length + 2);
});

test("a host is in one state on the machine's page, on Robots, behind its filter and on the overview", async () => {
  const admin = await newTenantAdmin();
  const { tenantId } = admin;
  const { machineId, secretId: credentialId } = await provisioned(admin);
  const { processId } = await act(
    admin,
    addProcess,
    addProcessSchema.parse({ name: "Work", defaultInput: "" }),
  );
  await heardUntil(now);
  const jobStates: readonly (JobState | null)[] = [
    null,
    "Pending",
    "Running",
    "Stopping",
    "Terminating",
    "Successful",
    "Faulted",
    "Stopped",
  ];
  const hosts = [true, false].flatMap((isBusy) =>
    jobStates.flatMap((job) =>
      [0, -3600].flatMap((heard) => [null, now].map((endedAt) => ({ isBusy, job, heard, endedAt }))),
    ),
  );
  for (const [index, { isBusy, job, heard, endedAt }] of hosts.entries()) {
    const hostName = `host-${index}`;
    const heartbeatAt = addSeconds(now, heard);
    const { id: sessionId } = await prisma().session.create({
      data: {
        ...{ tenantId, machineId, credentialId, hostName, hostKey: hostName, address: "192.0.2.1" },
        ...{ startedAt: heartbeatAt, heartbeatAt, isBusy, endedAt },
      },
    });
    const data = {
      tenantId,
      processId,
      runtimeType: "Unattended",
      input: {},
      createdAt: now,
      sessionId,
    } as const;
    if (job) await prisma().job.create({ data: { ...data, state: job } });
  }

  const robots = await ask(admin, listRobots, {}, now);
  expect(robots).toHaveLength(hosts.length);
  const connected = await ask(admin, listConnectedHosts, { machineIds: [machineId] }, now);
  const stateOf = new Map(robots.map(({ sessionId, state }) => [sessionId, state]));
  expect(connected.map(({ state }) => state)).toEqual(
    connected.map(({ sessionId }) => stateOf.get(sessionId)),
  );
  const counts = await ask(admin, countHosts, undefined, now);
  // Of the 16 that are connected and were heard, 8 say that they are busy, and 3 of the others have a job.
  expect(counts).toEqual({ Available: 5, Busy: 11, Unresponsive: 16, Disconnected: 32 });
  for (const state of SESSION_STATES) {
    const filtered = await ask(admin, listRobots, { state }, now);
    expect(filtered.map((row) => row.state)).toEqual(Array.from({ length: counts[state] }, () => state));
  }
});
