import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApiClientSchema } from "@/lib/api-clients/schema";
import type { UserActor } from "@/lib/ctx";
import { makeApiClient } from "@/lib/workflows/manage-api-clients";
import { act, newTenantAdmin, prisma } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import { removeRobots, startRobotFrom } from "./robot-process";

type Pair = { readonly clientId: string; readonly clientSecret: string };
type Said = { readonly code: number | null; readonly out: string; readonly err: string };

let installation: Installation;
let owner: UserActor;
let operator: Pair;
const folder = mkdtempSync(join(tmpdir(), "latchkey-command-line-"));
const secrets = join(folder, "secrets");
/** Everything that any command has said, but those that are asked for a secret. */
const said: string[] = [];

const apiClient = (rights: object): Promise<Pair> =>
  act(
    owner,
    makeApiClient,
    makeApiClientSchema.parse({ name: "pipeline", role: "Operator", mayConfirm: true, ...rights }),
  );

beforeAll(async () => {
  // Bundles it, which the others need not look at again.
  expect(await run(["operations", "--quiet"], {}, "", "cli/start.mjs")).toMatchObject({ code: 0 });
  installation = await startInstallation();
  owner = await newTenantAdmin();
  operator = await apiClient({});
});
afterAll(async () => {
  removeRobots();
  rmSync(folder, { recursive: true, force: true });
  await installation?.stop();
});

const root = join(import.meta.dirname, "../..");

const start = (words: readonly string[], env: Readonly<Record<string, string>>, program: string) =>
  spawn(process.execPath, [join(root, program), ...words], {
    cwd: folder,
    env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, HOME: folder, ...env },
    stdio: "pipe",
  });

/** Runs the command as a pipeline does: no terminal, and of the environment only what it is given. */
async function run(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  input = "",
  program = "dist/latchkey.mjs",
): Promise<Said> {
  const child = start(words, env, program);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.err += text));
  child.stdin.end(input);
  return { code: await ended, ...texts };
}

const environmentOf = ({ clientId, clientSecret }: Pair) => ({
  LATCHKEY_URL: installation.origin,
  LATCHKEY_CLIENT_ID: clientId,
  LATCHKEY_CLIENT_SECRET: clientSecret,
});

async function latchkey(...words: string[]): Promise<Said> {
  const done = await run(words, environmentOf(operator));
  said.push(done.out, done.err);
  return done;
}

const secretIn = (path: string) =>
  /^LATCHKEY_CLIENT_SECRET=(lks_\w+)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "";

test("a pipeline provisions from a file, starts a robot, rotates, plans a deletion and cuts; no secret is in any output", async () => {
  expect((await latchkey("whoami")).out).toMatch(/^Name {2,}pipeline\n/);
  const csv = join(folder, "machines.csv");
  writeFileSync(csv, "name,kind,tags\nlane-1,Template,floor-3;invoices\nlane-2,Template,\n");
  const provisioned = await latchkey("machines", "provision", "--file", csv, "--secrets-dir", secrets);
  expect(provisioned).toMatchObject({ code: 0, out: `${secrets}/lane-1.env\n${secrets}/lane-2.env\n` });
  expect(readdirSync(secrets).map((name) => statSync(join(secrets, name)).mode & 0o777)).toEqual([
    0o600, 0o600,
  ]);

  const robot = startRobotFrom(join(secrets, "lane-1.env"), undefined, { LATCHKEY_HOST_NAME: "BUILD-7" });
  await robot.hears(/ connected to /);
  const hosts = await latchkey("hosts", "list", "--json");
  expect(JSON.parse(hosts.out).items).toMatchObject([
    { hostName: "BUILD-7", machineName: "lane-1", endedAt: null },
  ]);

  const rotated = await latchkey(
    "secrets",
    "rotate",
    "--all",
    "--secrets-dir",
    join(folder, "rotated"),
    "--yes",
  );
  expect(rotated).toMatchObject({
    code: 0,
    out: `${folder}/rotated/lane-1.env\n${folder}/rotated/lane-2.env\n`,
  });
  expect(rotated.err).toContain("Rotate the client secrets of 2 machines: 1 host to move.\n  host BUILD-7\n");
  const other = startRobotFrom(join(folder, "rotated/lane-1.env"), undefined, {
    LATCHKEY_HOST_NAME: "BUILD-8",
  });
  await other.hears(/ connected to /);
  const provisionedAgain = await latchkey("machines", "provision", "--file", csv, "--secrets-dir", secrets);
  expect(provisionedAgain).toMatchObject({ code: 2, out: "" });

  const planned = await latchkey("machines", "delete", "lane-1", "lane-2", "--dry-run");
  expect(planned).toMatchObject({ code: 0, err: "" });
  expect(planned.out).toBe(
    "Delete 2 machines: lane-1, lane-2: disconnects 2 hosts, stops 0 jobs.\n  host BUILD-7\n  host BUILD-8\n",
  );
  expect(await latchkey("machines", "delete", "lane-1", "lane-2")).toMatchObject({ code: 2, out: "" });
  const cut = await latchkey("machines", "delete", "lane-1", "lane-2", "--yes", "--json");
  expect(JSON.parse(cut.out)).toEqual({
    disconnectedHosts: ["BUILD-7", "BUILD-8"],
    stoppedJobs: 0,
    deleted: 2,
  });
  expect([await robot.ended, await other.ended]).toEqual([3, 3]);
  expect((await latchkey("machines", "list", "--quiet")).out).toBe("");
  const record = (await latchkey("audit", "export", "--kind", "machine.deleted")).out.trim().split("\n");
  expect(record.map((line) => JSON.parse(line).actorName)).toEqual(["pipeline", "pipeline"]);
  expect((await latchkey("audit", "verify")).out).toMatch(/^Intact {2,}yes\n/);

  const made = [
    operator.clientSecret,
    ...["secrets/lane-1", "secrets/lane-2", "rotated/lane-1", "rotated/lane-2"].map((name) =>
      secretIn(join(folder, `${name}.env`)),
    ),
  ];
  expect(made.every((secret) => /^lks_/.test(secret))).toBe(true);
  expect(said.join("\n")).not.toContain("lks_");
});

test("a fleet is planned and applied from a file; what would change or cut more than was shown is refused", async () => {
  const file = join(folder, "machines.yaml");
  const plan = join(folder, "plan.json");
  const robots = "kind: Template, tags: [invoices]";
  const machines = `machines:\n  - { name: fleet-1, ${robots} }\n  - { name: fleet-2, ${robots} }\n`;
  writeFileSync(file, `version: 1\nsecrets: { directory: ./fleet }\n${machines}`);
  const planned = await latchkey("plan", "-f", file, "--out", plan, "--exit-code");
  expect(planned).toMatchObject({ code: 10, err: "" });
  expect(planned.out).toMatch(/\n2 to create, 0 to change, 0 to delete\. It cuts nobody\.\n$/);
  expect(await latchkey("apply", "-f", file)).toMatchObject({ code: 2, out: "" });
  expect(await latchkey("apply", "-f", file, "--plan", plan)).toMatchObject({
    code: 0,
    out: "Done: 2 changes made.\n",
  });
  expect(await latchkey("plan", "-f", file, "--exit-code")).toMatchObject({ code: 0 });

  writeFileSync(file, "version: 1\nmachines:\n  - { name: fleet-1, absent: true }\n");
  await latchkey("plan", "-f", file, "--out", plan);
  const robot = startRobotFrom(join(folder, "fleet/fleet-1.env"), undefined, {
    LATCHKEY_HOST_NAME: "BUILD-10",
  });
  await robot.hears(/ connected to /);
  const grown = await latchkey("apply", "-f", file, "--plan", plan);
  expect(grown).toMatchObject({ code: 5, out: "" });
  expect(grown.err).toContain("host BUILD-10 of “fleet-1” would be disconnected");
  expect((await latchkey("plan", "-f", file)).out).toContain("    disconnects host BUILD-10 of fleet-1\n");
  expect(await latchkey("apply", "-f", file, "--yes")).toMatchObject({ code: 0 });
  expect(await robot.ended).toBe(3);

  const written = join(folder, "exported.yaml");
  expect(await latchkey("export", "-f", written)).toMatchObject({ code: 0, out: "" });
  expect(readFileSync(written, "utf8")).toMatch(/\n {2}- name: fleet-2\n {4}kind: Template\n/);
  expect(await latchkey("plan", "-f", written, "--exit-code")).toMatchObject({ code: 0 });
  expect(await latchkey("export", "-f", written)).toMatchObject({ code: 2 });
  expect(said.join("\n")).not.toContain("lks_");
});

test("a secret is shown once by what makes it, where it goes to no file", async () => {
  const one = await run(["machines", "provision", "lane-3"], environmentOf(operator));
  expect(one).toMatchObject({ code: 0, err: "Provisioned 1.\n" });
  writeFileSync(join(folder, "lane-3.env"), one.out, { mode: 0o600 });
  const robot = startRobotFrom(join(folder, "lane-3.env"), undefined, { LATCHKEY_HOST_NAME: "BUILD-9" });
  await robot.hears(/ connected to /);
  const other = await run(["secrets", "add", "lane-3", "--quiet"], environmentOf(operator));
  expect(other).toMatchObject({ code: 0, out: expect.stringMatching(/^lks_\w+\n$/), err: "" });
  const jobs = await run(["hosts", "disconnect", "BUILD-9", "--yes"], environmentOf(operator));
  expect(jobs).toMatchObject({ code: 0, out: "Disconnected 1 host (BUILD-9), stopped 0 jobs.\n" });
  expect(await robot.ended).toBe(5);
});

test("login keeps the pair where only its owner reads it, and takes the secret from standard input", async () => {
  const words = [
    "login",
    "--url",
    installation.origin,
    "--client-id",
    operator.clientId,
    "--secret-file",
    "-",
  ];
  expect(await run(words, {}, "wrong\n")).toMatchObject({ code: 3 });
  const done = await run(words, {}, `${operator.clientSecret}\n`);
  expect(done).toMatchObject({ code: 0, out: "", err: expect.stringContaining("pipeline, Operator of ") });
  const file = join(folder, ".config/latchkey/client.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await run(["whoami"], {})).toMatchObject({ code: 0 });
  chmodSync(file, 0o644);
  expect(await run(["whoami"], {})).toMatchObject({ code: 2, err: expect.stringContaining("chmod go-rwx") });
  rmSync(file);
  expect(await run(["whoami"], {})).toMatchObject({ code: 3 });
});

test("exit codes say what happened", async () => {
  const viewer = environmentOf(await apiClient({ name: "viewer", role: "Viewer" }));
  const named = await prisma().machine.count({ where: { tenantId: owner.tenantId } });
  const codes = await Promise.all([
    run(["machines", "lsit"], viewer),
    run(["machines", "provision", ""], viewer),
    run(["machines", "provision", "lane-4"], viewer),
    run(["machines", "show", "nowhere"], viewer),
    run(["machines", "provision", "lane-3", "--dry-run"], environmentOf(operator)),
    run(["whoami"], { ...viewer, LATCHKEY_URL: "http://127.0.0.1:9" }),
    run(["whoami"], { ...viewer, LATCHKEY_CLIENT_SECRET: "" }),
    run(["machines", "enable", "--all"], environmentOf(operator)),
    run(["secrets", "add", "--all"], environmentOf(operator)),
    run(["machines", "enable", "lane-3"], environmentOf(operator)),
    run(["machines", "list", `--search=${operator.clientSecret}x`, "--nope"], viewer),
  ]);
  expect(codes.map(({ code }) => code)).toEqual([2, 2, 3, 4, 5, 6, 2, 2, 2, 0, 2]);
  expect(codes.map(({ out, err }) => out + err).join("")).not.toContain(operator.clientSecret);
  expect(await prisma().machine.count({ where: { tenantId: owner.tenantId } })).toBe(named);
});

test("who is stopped while it asks leaves no empty files, which the next run would refuse", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const asked = new Promise<void>((resolve) =>
    silent.once("connection", (socket) => resolve(void socket.on("error", () => socket.destroy()))),
  );
  const words = ["machines", "provision", "lane-9", "--secrets-dir", join(folder, "stopped")];
  const child = start(words, { ...environmentOf(operator), LATCHKEY_URL: url }, "dist/latchkey.mjs");
  const ended = new Promise<unknown>((resolve) => child.once("close", (_, signal) => resolve(signal)));
  await asked;
  expect(readdirSync(join(folder, "stopped"))).toEqual(["lane-9.env"]);
  child.kill("SIGINT");
  expect(await ended).toBe("SIGINT");
  expect(readdirSync(join(folder, "stopped"))).toEqual([]);
  silent.close();
});
