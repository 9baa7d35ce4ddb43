import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import { log } from "@/lib/log";
import { runStops } from "@/lib/stopping";
import { type KeptSettings, keepSettings, withNewAppSecret } from "@/server/database/kept-settings";
import { runningDatabase } from "@/server/database/running-database";
import { act, newTenantAdmin, type Provisioned, provisioned } from "@/test/people";
import { appSecretCommand } from "./command";
import { type Latchkey, newDataDir, startLatchkey } from "./process";

/** Latchkey with the database and the secret that it keeps in its data folder. */
const dataDir = newDataDir();
let latchkey: Latchkey;
let machine: Provisioned;
let keys: unknown;

const settings = (): KeptSettings => JSON.parse(readFileSync(join(dataDir, "settings.json"), "utf8"));

async function startAgain(): Promise<void> {
  latchkey = await startLatchkey({ dataDir });
  await latchkey.ready();
}

async function stop(): Promise<void> {
  latchkey.child.kill("SIGTERM");
  expect(await latchkey.ended).toBe(0);
}

const publicKeys = async () => (await fetch(`${latchkey.url}/api/identity/jwks`)).json();

async function buy(): Promise<string> {
  const response = await fetch(`${latchkey.url}/api/identity/connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
    }),
  });
  return String(((await response.json()) as { access_token?: string }).access_token);
}

async function asset(): Promise<unknown> {
  const response = await fetch(`${latchkey.url}/api/orchestrator/assets/Target`, {
    headers: { authorization: `Bearer ${await buy()}` },
  });
  return ((await response.json()) as { value?: unknown }).value;
}

async function command(...args: string[]) {
  const started = appSecretCommand(args, { DATA_DIR: dataDir });
  return { code: await started.ended, said: started.said() };
}

beforeAll(async () => {
  await startAgain();
  const running = runningDatabase(dataDir);
  Object.assign(process.env, {
    DATABASE_URL: running?.url,
    APP_SECRET: running?.settings.appSecret,
    ORIGIN: latchkey.url,
  });
  log.level = "silent";
  const admin = await newTenantAdmin();
  machine = await provisioned(admin);
  await act(admin, addAsset, addAssetSchema.parse({ name: "Target", type: "Text", value: "the value" }));
  await runStops();
  keys = await publicKeys();
});
afterAll(() => latchkey?.remove());

test("while Latchkey runs, status answers and change refuses and keeps the secret", async () => {
  const before = settings();
  const status = await command("status");
  expect(status).toMatchObject({
    code: 0,
    said: expect.stringContaining("No change of APP_SECRET is under way"),
  });
  const change = await command("change");
  expect(change.code).toBe(1);
  expect(change.said).toContain(`already runs on ${dataDir}`);
  expect(settings()).toEqual(before);
});

test("killed at the moment the new secret is on the disk, the change goes on with the same two, and robots meet no difference", async () => {
  const { appSecret: old } = settings();
  await stop();
  const killed = appSecretCommand(["change"], { DATA_DIR: dataDir });
  await expect.poll(() => settings().previousAppSecret, { interval: 1 }).toBe(old);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const { appSecret: made } = settings();
  expect(made).not.toBe(old);

  // Whatever was encrypted by then, the server reads it.
  await startAgain();
  expect(await publicKeys()).toEqual(keys);
  expect(await asset()).toBe("the value");
  await stop();

  const again = await command("change", "--until", "2050-01-01T00:00:00Z");
  expect(again.code).toBe(0);
  // The robot has bought a token since, so its client secret is stored under the new one.
  expect(again.said).toContain("the next start forgets it");
  expect(settings()).toMatchObject({ appSecret: made, previousAppSecretUntil: "2050-01-01T00:00:00Z" });
  for (const secret of [old, made]) expect(killed.said() + again.said).not.toContain(secret);
  await startAgain();
  expect(latchkey.said()).toContain("nothing depends on the previous APP_SECRET any more; it is forgotten");
  expect(settings()).toMatchObject({ appSecret: made, databaseMade: true });
  expect(settings().previousAppSecret).toBeUndefined();
  expect(settings().previousAppSecretUntil).toBeUndefined();
  await stop();
  await startAgain();
  expect(await publicKeys()).toEqual(keys);
  expect(await asset()).toBe("the value");
});

test("killed before anything was encrypted anew, the next start does the rest", async () => {
  await stop();
  const old = settings();
  keepSettings(dataDir, withNewAppSecret(old, undefined));
  await startAgain();
  expect(latchkey.said()).toContain("assets: 1 value encrypted anew");
  expect(settings().previousAppSecret).toBe(old.appSecret);
  expect(await publicKeys()).toEqual(keys);
  expect(await asset()).toBe("the value");
  await stop();
  await startAgain();
  expect(settings().previousAppSecret).toBeUndefined();
  expect(await asset()).toBe("the value");
});

test("a settings file of another database is refused with what to do, and a change with it writes nothing", async () => {
  await stop();
  const right = settings();
  const wrong = { ...right, appSecret: "the secret of quite another database" };
  keepSettings(dataDir, wrong);
  const refused = await startLatchkey({ dataDir });
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toContain(
    `settings.json of ${dataDir}: put back the one that belongs to this database`,
  );
  expect(await command("change")).toMatchObject({
    code: 1,
    said: expect.stringContaining("open neither under"),
  });
  expect(settings()).toEqual(wrong);
  keepSettings(dataDir, right);
  await startAgain();
  expect(existsSync(join(dataDir, "settings.json"))).toBe(true);
  expect(await asset()).toBe("the value");
});
