import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addAsset } from "@/lib/assets/commands";
import { bindingOf, encryptValue } from "@/lib/assets/encrypted-value";
import { addAssetSchema } from "@/lib/assets/schema";
import type { UserActor } from "@/lib/ctx";
import { log } from "@/lib/log";
import { runStops } from "@/lib/stopping";
import { type EmbeddedPostgres, freePort } from "@/server/database/embedded-postgres";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { appSecretCommand } from "./command";
import { type Latchkey, startLatchkey } from "./process";

const OLD = "the secret that the installation began with";
const NEW = "the secret that the installation goes on with";
/** Enough for several steps of the command. */
const MANY_ASSETS = 600;

let postgres: EmbeddedPostgres;
let ports: [number, number];
let shared: { DATABASE_URL: string; ORIGIN: string };
const running = new Map<number, Latchkey>();

const environment = (secret: string, previous?: string, until?: string) => ({
  ...shared,
  APP_SECRET: secret,
  ...(previous !== undefined && { APP_SECRET_PREVIOUS: previous }),
  ...(until !== undefined && { APP_SECRET_PREVIOUS_UNTIL: until }),
});

/** One of the two processes stops, and starts with another environment. */
async function restart(port: number, env: Readonly<Record<string, string>>): Promise<void> {
  await running.get(port)?.remove();
  const latchkey = await startLatchkey({ port, env });
  running.set(port, latchkey);
  await latchkey.ready();
}

beforeAll(async () => {
  postgres = await startScratchPostgres();
  ports = [await freePort(), await freePort()];
  shared = { DATABASE_URL: postgres.url, ORIGIN: "http://latchkey.test" };
  for (const port of ports) await restart(port, environment(OLD));
  Object.assign(process.env, environment(OLD));
  log.level = "silent";
});

afterAll(async () => {
  await runStops();
  for (const latchkey of running.values()) await latchkey.remove();
  await postgres?.stop();
});

async function buy(port: number, { clientId, clientSecret }: Provisioned): Promise<Response> {
  return fetch(`http://localhost:${port}/api/identity/connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
}

/** A robot that buys a token, reads its asset with it at another process, and does so again, until it is told to stop. */
function keepWorking(machine: Provisioned, asset: string) {
  let isOver = false;
  let rounds = 0;
  const refusals: string[] = [];
  /** As behind a load balancer: a process that does not listen is passed over. */
  const anywhere = async (first: number, ask: (port: number) => Promise<Response>): Promise<Response> => {
    for (let turn = first; ; turn += 1) {
      try {
        return await ask(ports[turn % 2] ?? 0);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
  };
  const work = async () => {
    for (; !isOver; rounds += 1) {
      const bought = await anywhere(rounds, (port) => buy(port, machine));
      const { access_token: token } = (await bought.json()) as { access_token?: string };
      if (token === undefined) refusals.push(`token ${bought.status}`);
      const read = await anywhere(rounds + 1, (port) =>
        fetch(`http://localhost:${port}/api/orchestrator/assets/${asset}`, {
          headers: { authorization: `Bearer ${token}` },
        }),
      );
      const { value } = (await read.json()) as { value?: unknown };
      if (value !== "the value") refusals.push(`asset ${read.status}`);
    }
  };
  const worked = work();
  return {
    rounds: () => rounds,
    async stop() {
      isOver = true;
      await worked;
      return refusals;
    },
  };
}

const addText = (admin: UserActor, name: string) =>
  act(admin, addAsset, addAssetSchema.parse({ name, type: "Text", value: "the value" }));

async function addMany({ tenantId, id: createdById }: UserActor): Promise<void> {
  const now = new Date();
  await prisma().asset.createMany({
    data: Array.from({ length: MANY_ASSETS }, (_, index) => {
      const id = randomUUID();
      const name = `filler ${index}`;
      const encryptedValue = encryptValue("x", bindingOf({ tenantId, id, type: "Text" }, null));
      const dates = { createdAt: now, updatedAt: now };
      return {
        id,
        tenantId,
        name,
        nameKey: name,
        type: "Text" as const,
        encryptedValue,
        createdById,
        ...dates,
      };
    }),
  });
}

const command = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
  const started = appSecretCommand(args, env);
  return { code: await started.ended, said: started.said() };
};

/** Holds the last of the assets, so that the command cannot come to the end. @returns lets go of it */
async function lockLastAsset(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT id FROM assets ORDER BY id DESC LIMIT 1 FOR UPDATE");
  return () => client.end();
}

const resealed = () => prisma().auditEvent.count({ where: { type: "app_secret.resealed" } });

test("robots work through the whole change, on two processes in different stages, with the command killed half way", async () => {
  const admin = await newTenantAdmin();
  const [machine, idle] = [await provisioned(admin), await provisioned(admin)];
  await addText(admin, "Target");
  await addMany(admin);
  const [one, other] = ports;
  const robot = keepWorking(machine, "Target");

  for (const env of [environment(OLD, NEW), environment(NEW, OLD)]) {
    for (const port of [one, other]) {
      const before = robot.rounds();
      await restart(port, env);
      await expect.poll(robot.rounds).toBeGreaterThan(before + 4);
    }
  }

  const env = environment(NEW, OLD);
  const assets = await prisma().asset.count();
  const first = await command(["status"], env);
  expect(first.code).toBe(0);
  expect(first.said).toContain(`${assets}, ${assets} under APP_SECRET_PREVIOUS`);

  const eventsBefore = await resealed();
  const letGo = await lockLastAsset();
  const killed = appSecretCommand(["change"], env);
  await killed.hears(/signing keys: 1 value encrypted anew/);
  await expect.poll(resealed, { interval: 5 }).toBeGreaterThan(eventsBefore + 3);
  killed.child.kill("SIGKILL");
  await killed.ended;
  await letGo();
  const half = await command(["status"], env);
  expect(half.said).toMatch(new RegExp(`assets: +${assets}, \\d+ under APP_SECRET_PREVIOUS`));

  const again = await command(["change"], env);
  expect(again.code).toBe(0);
  expect(again.said).toMatch(new RegExp(`assets: +${assets}\n`));
  expect(again.said).toContain(`${idle.machineName}: secret id ${idle.secretId}, never used`);
  expect(again.said).not.toContain(machine.secretId);
  expect(again.said).not.toContain("Nothing depends on");

  // The robot on the idle machine wakes up, and is the last.
  expect((await buy(one, idle)).status).toBe(200);
  await expect
    .poll(async () => (await command(["status"], env)).said)
    .toContain("Nothing depends on APP_SECRET_PREVIOUS.");
  for (const port of ports) await restart(port, environment(NEW));
  const after = robot.rounds();
  await expect.poll(robot.rounds).toBeGreaterThan(after + 4);
  expect(await robot.stop()).toEqual([]);
  for (const client of [machine, idle]) expect((await buy(other, client)).status).toBe(200);
});

test("a start and a command with a wrong secret say what is closed and what to do, and change nothing", async () => {
  const WRONG = "a secret that this installation never had";
  const refused = await startLatchkey({ env: environment(WRONG) });
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toMatch(/1 of 1 signing keys, \d+ of \d+ assets.* do not open under APP_SECRET\./);
  expect(refused.said()).toContain("APP_SECRET_PREVIOUS beside the new one");
  expect(refused.said()).not.toMatch(/^\s+at /m);
  expect(refused.said()).not.toContain(WRONG);
  await refused.remove();

  const before = await resealed();
  const change = await command(["change"], environment(WRONG, OLD));
  expect(change).toMatchObject({
    code: 1,
    said: expect.stringContaining("open neither under APP_SECRET nor"),
  });
  expect(await resealed()).toBe(before);
});

test("the command says what it lacks", async () => {
  const cases: [string[], Record<string, string>, RegExp][] = [
    [["change"], environment(NEW), /APP_SECRET_PREVIOUS is not set/],
    [["change"], environment(NEW, NEW), /must be another secret than APP_SECRET/],
    [["change", "--until", "2050-01-01T00:00:00Z"], environment(NEW, OLD), /set APP_SECRET_PREVIOUS_UNTIL/],
    [
      ["status"],
      { DATA_DIR: "/tmp/no-latchkey-was-ever-here" },
      /There is no Latchkey in \/tmp\/no-latchkey/,
    ],
    [["status"], { ...environment(NEW), DATABASE_URL: `${postgres.url}x` }, /cannot be used/],
    [["decide"], environment(NEW, OLD), /Usage:/],
  ];
  for (const [args, env, says] of cases) {
    const { code, said } = await command(args, env);
    expect(said).toMatch(says);
    expect(code).toBeGreaterThan(0);
    expect(said).not.toMatch(/^\s+at /m);
  }
});

test("after the end date a secret that was not used since buys nothing, and the others go on", async () => {
  const admin = await newTenantAdmin();
  const [late, used] = [await provisioned(admin), await provisioned(admin)];
  const [one] = ports;
  // This test's own process still writes under the old secret, as one in the first stage does.
  await restart(one, environment(NEW, OLD, "2050-01-01T00:00:00Z"));
  expect((await buy(one, used)).status).toBe(200);
  await restart(one, environment(NEW, OLD, new Date().toISOString()));
  expect(running.get(one)?.said()).toContain(
    "1 client secret stored under an APP_SECRET that is not accepted",
  );
  expect((await buy(one, used)).status).toBe(200);
  expect((await buy(one, late)).status).toBe(401);
});
