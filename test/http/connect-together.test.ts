import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { buyToken, connect, type Session, send } from "@/test/robot";
import { statementsOf } from "@/test/tenant-condition";
import {
  act,
  databaseUrl,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  unique,
  way,
} from "@/test/world";

type Host = {
  readonly tenantId: string;
  readonly machine: Provisioned;
  readonly token: string;
  readonly hostName: string;
};

let admin: UserActor;
/** Of two machines, and one of another tenant. */
let hosts: Host[];
/** Somebody else's transaction. */
let other: Client;
beforeEach(async () => {
  admin = await newTenantAdmin();
  const admins = [admin, admin, await newTenantAdmin()];
  const machines = await Promise.all(admins.map((one) => provisioned(one)));
  hosts = [];
  for (const [index, machine] of [...machines, ...machines].entries()) {
    const { tenantId } = admins[index % admins.length] ?? admin;
    hosts.push({ tenantId, machine, token: await buyToken(machine), hostName: unique("HOST") });
  }
  other = new Client({ connectionString: databaseUrl });
  await other.connect();
  await other.query("BEGIN");
});
afterEach(() => other.end());

const host = (index: number) => hosts[index] as Host;
const opening = ({ token, hostName }: Host, more: object = {}) =>
  send("POST", "sessions", token, { hostName, ...more });
const openAll = (these: readonly Host[] = hosts) => Promise.all(these.map((one) => opening(one)));
const statuses = (answers: readonly Response[]) => answers.map(({ status }) => status);
const sessionOf = async (answer: Promise<Response>) => (await (await answer).json()) as Session;

const openings = ({ machine }: Host) =>
  prisma().auditEvent.findMany({
    where: { type: "session.opened", machineId: machine.machineId },
    orderBy: { id: "asc" },
    select: { tenantId: true, actorId: true, credentialId: true, details: true },
  });

test("each host that connects at one moment gets its own session, with its event", async () => {
  const sessions = await Promise.all(
    (await openAll()).map(async (answer) => (await answer.json()) as Session),
  );
  expect(sessions).toEqual(
    hosts.map(({ machine, hostName }) =>
      expect.objectContaining({
        machineId: machine.machineId,
        credentialId: machine.secretId,
        hostName,
        state: "Available",
      }),
    ),
  );
  for (const [index, one] of hosts.entries()) {
    expect(await openings(one)).toContainEqual({
      tenantId: one.tenantId,
      actorId: one.machine.machineId,
      credentialId: one.machine.secretId,
      details: {
        machineId: one.machine.machineId,
        credentialId: one.machine.secretId,
        sessionId: sessions[index]?.id,
        hostName: one.hostName,
        takenOver: false,
      },
    });
  }
});

test("they come back to the sessions that they had, and the record says so", async () => {
  const before = await Promise.all((await openAll()).map((answer) => answer.json()));
  const after = await Promise.all((await openAll()).map((answer) => answer.json()));
  const ids = (sessions: readonly Session[]) => sessions.map(({ id }) => id);
  expect(ids(after)).toEqual(ids(before));
  for (const one of hosts) {
    const details = (await openings(one)).map((event) => event.details as { takenOver: boolean });
    expect(details.map(({ takenOver }) => takenOver)).toEqual([false, false, true, true]);
  }
});

test("they share a transaction", async () => {
  const sent = await statementsOf(() => openAll());
  expect(sent.filter(({ text }) => text === "BEGIN").length).toBeLessThan(hosts.length);
});

test("beside others each that is refused hears why", async () => {
  const standard = await provisioned(admin, { kind: "Standard" });
  const [first, clone] = [host(0), host(1)];
  await opening(first, { instanceId: "first" });
  await act(admin, deleteCredential, {
    machineId: clone.machine.machineId,
    credentialId: clone.machine.secretId,
    confirmedLast: true,
  });
  const answers = await Promise.all([
    opening(first, { instanceId: "first" }),
    opening(clone),
    opening(host(2)),
    opening({ ...host(3), token: await buyToken(standard) }),
    opening(host(4)),
    opening({ ...host(5), hostName: "" }),
  ]);
  expect(statuses(answers)).toEqual([201, 401, 201, 409, 401, 400]);
});

test("a session that somebody holds makes its own host wait, and nobody else", async () => {
  const { id } = await sessionOf(opening(host(0)));
  await other.query("SELECT FROM sessions WHERE id = $1 FOR UPDATE", [id]);
  let isAnswered = false;
  const held = opening(host(0)).finally(() => {
    isAnswered = true;
  });
  expect(statuses(await openAll(hosts.slice(1)))).toEqual(Array(5).fill(201));
  expect(isAnswered).toBe(false);
  await other.query("COMMIT");
  expect((await held).status).toBe(201);
});

test("a secret that is being deleted makes its hosts wait; once it is gone they are refused, and nothing is left of them", async () => {
  const { machine } = host(0);
  await other.query("UPDATE credentials SET revoked_at = now() WHERE id = $1", [machine.secretId]);
  let isAnswered = false;
  const ofMachine = hosts.filter((one) => one.machine === machine);
  const held = openAll(ofMachine).finally(() => {
    isAnswered = true;
  });
  expect(statuses(await openAll(hosts.filter((one) => one.machine !== machine)))).toEqual(Array(4).fill(201));
  expect(isAnswered).toBe(false);
  await other.query("COMMIT");
  expect(statuses(await held)).toEqual([410, 410]);
  expect(await openings(host(0))).toEqual([]);
  expect(await prisma().session.count({ where: { machineId: machine.machineId } })).toBe(0);
});

test("what ran on a host is Faulted unless its robot names it, whoever connects beside it", async () => {
  const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }));
  const jobs: string[] = [];
  for (const one of hosts.slice(0, 2)) {
    const { id } = await connect(one.token, one.hostName);
    await act(admin, startJob, { processId, hostName: "" });
    const claimed = await send("POST", `sessions/${id}/jobs/next`, one.token, { waitSeconds: 0 });
    jobs.push(((await claimed.json()) as { id: string }).id);
  }
  const [kept, lost] = jobs;
  const answers = await Promise.all([
    opening(host(0), { runningJobs: [kept] }),
    opening(host(1), { runningJobs: [kept] }),
    ...hosts.slice(2).map((one) => opening(one)),
  ]);
  expect(statuses(answers)).toEqual(Array(6).fill(201));
  const states = await prisma().job.findMany({
    where: { id: { in: jobs } },
    select: { id: true, state: true },
  });
  expect(new Map(states.map(({ id, state }) => [id, state]))).toEqual(
    new Map([
      [kept, "Running"],
      [lost, "Faulted"],
    ]),
  );
});

test("one that the database cannot take fails, and no other", async () => {
  const poisoned = host(2);
  await prisma().$executeRawUnsafe(
    `ALTER TABLE sessions ADD CONSTRAINT poison CHECK (host_name <> '${poisoned.hostName}')`,
  );
  try {
    const answers = await openAll();
    expect(statuses(answers)).toEqual(hosts.map((one) => (one === poisoned ? 500 : 201)));
  } finally {
    await prisma().$executeRawUnsafe("ALTER TABLE sessions DROP CONSTRAINT poison");
  }
});

test("a database that goes away answers each with 503, and serves again when it is back", async () => {
  await way.close();
  expect(statuses(await openAll())).toEqual(Array(6).fill(503));
  await way.open();
  await expect.poll(async () => (await opening(host(0))).status).toBe(201);
  expect(statuses(await openAll())).toEqual(Array(6).fill(201));
});
