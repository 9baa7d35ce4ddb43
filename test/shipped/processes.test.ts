import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { act, newTenantAdmin, provisioned, unique } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import type { Latchkey } from "./process";
import { ask, buyToken, servedBy, servingOf, textOf } from "./processes";

let installation: Installation;
let latchkey: Latchkey;
let url: string;
let admin: UserActor;

beforeAll(async () => {
  installation = await startInstallation({ settings: { PROCESSES: "2" } });
  ({ latchkey, address: url } = installation);
  admin = await newTenantAdmin();
});
afterAll(() => installation?.stop());

/** A host that is connected to that process. @returns its token, and what it hears until its stream ends */
async function hostAt(pid: number, machine: Parameters<typeof buyToken>[1]) {
  return servedBy(latchkey, pid, async () => {
    const token = await buyToken(url, machine);
    const json = { hostName: unique("HOST") };
    const opened = await ask(url, "POST", "/api/orchestrator/sessions", { token, json });
    const { id } = JSON.parse(await textOf(opened)) as { id: string };
    const stream = await ask(url, "GET", `/api/orchestrator/sessions/${id}/events`, { token });
    expect(stream.statusCode).toBe(200);
    return { token, hears: textOf(stream) };
  });
}

const statusOf = async (token: string): Promise<number | undefined> => {
  const answer = await ask(url, "GET", "/api/orchestrator/me", { token });
  answer.resume();
  return answer.statusCode;
};

test("two processes serve one port: each sells tokens, and a cut ends the streams of both", async () => {
  const machine = await provisioned(admin, { unattendedRuntimes: 2 });
  const [one = 0, other = 0] = servingOf(latchkey);
  const hosts = [await hostAt(one, machine), await hostAt(other, machine)];
  const { machineId, secretId } = machine;
  await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
  for (const { token, hears } of hosts) {
    for (const pid of [one, other])
      expect(await servedBy(latchkey, pid, () => statusOf(token)), `at ${pid}`).toBe(401);
    expect(await hears).toContain(`client secret deleted by ${admin.name}`);
  }
});

test("one that is killed is replaced; meanwhile the other one serves", async () => {
  const machine = await provisioned(admin);
  const [killed = 0, other = 0] = servingOf(latchkey);
  const { token } = await hostAt(other, machine);
  process.kill(killed, "SIGKILL");
  await latchkey.hears(new RegExp(`process ${killed} ended unexpectedly \\(SIGKILL\\)`));
  expect(await statusOf(token)).toBe(200);
  const pid = Number((await latchkey.hears(/process (\d+) serves in its place/))[1]);
  expect(servingOf(latchkey).sort()).toEqual([other, pid].sort());
  await servedBy(latchkey, pid, async () => expect(await statusOf(await buyToken(url, machine))).toBe(200));
});

/** Says to the database something past the product. */
async function say(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: installation.env.DATABASE_URL });
  await client.connect();
  await client.query(statement);
  await client.end();
}

test("one that cannot start is tried again, less and less often, until it can", async () => {
  const { token } = await hostAt(servingOf(latchkey)[0] ?? 0, await provisioned(admin));
  await say(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, started_at, applied_steps_count)
     VALUES ('newer', 'x', '99990101000000_newer', now(), now(), 1)`,
  );
  process.kill(servingOf(latchkey)[1] ?? 0, "SIGKILL");
  await latchkey.hears(/The database was migrated by a newer Latchkey \(99990101000000_newer\)/);
  await latchkey.hears(/ended unexpectedly \(code 1\); another is started in 0\.8 s/);
  expect(await statusOf(token)).toBe(200);
  expect(latchkey.said().match(/serves in its place/g)).toHaveLength(1);
  await say("DELETE FROM _prisma_migrations WHERE id = 'newer'");
  await latchkey.hears(/serves in its place.*serves in its place/s);
  expect(servingOf(latchkey)).toHaveLength(2);
});
