import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { type CommandEnd, endOf } from "@/cli/exit-codes";
import { apply } from "@/cli/fleet/apply";
import { readFleet } from "@/cli/fleet/file";
import { journalOf } from "@/cli/fleet/journal";
import { matched } from "@/cli/fleet/match";
import { grown, readShown, shows } from "@/cli/fleet/plan";
import { planText } from "@/cli/fleet/plan-text";
import { resume } from "@/cli/fleet/provision";
import { isDelivered } from "@/cli/fleet/secrets";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { getMachine } from "@/lib/machines/queries";
import { machineDetailsSchema } from "@/lib/machines/schema";
import { saveMachine } from "@/lib/workflows/save-machine";
import { buyToken, connect, send } from "@/test/robot";
import { act, ask, prisma, provisioned, unique } from "@/test/world";
import { applied, type Bench, exportOf, inProcess, newSite, planToApply, shownOf } from "./fleet";

/** @returns why a command ended, in the lines that it says */
async function refusal(work: () => unknown): Promise<CommandEnd> {
  try {
    await work();
  } catch (error) {
    return endOf(error);
  }
  throw new Error("it was not refused");
}

const V = "version: 1\n";
const many = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index)).join("\n");

describe("a file that is not as it should be is refused with line and column", () => {
  test.each([
    ["nothing", "", "1:1: It is empty."],
    ["no mapping", "- a", "1:1: "],
    ["no version", "machines: []", "1:1: “version” is missing."],
    ["another version", "version: 2", "1:10: It is 1"],
    ["an unknown member", `${V}machines:\n  - name: a\n    nam: b`, "4:5: There is no member “nam” here."],
    ["an unknown member above", `${V}machine: []`, "2:1: There is no member “machine” here."],
    ["an unknown limit", `${V}limits: { machinesMin: 1 }`, "2:11: There is no member “machinesMin” here."],
    [
      "a prototype",
      `${V}machines:\n  - name: a\n    __proto__: { kind: Template }`,
      "4:5: There is no member",
    ],
    [
      "a wrong member",
      `${V}machines:\n  - name: a\n    unattendedRuntimes: -1`,
      "4:25: Enter a whole number",
    ],
    ["a number for text", `${V}machines:\n  - name: 007`, "3:11: This is text: write it in quotes."],
    ["no name", `${V}machines:\n  - kind: Template`, "3:5: “name” is missing."],
    ["a name twice", `${V}machines:\n  - name: Lane\n  - name: LANE`, "4:11: “LANE” stands here twice."],
    ["absent with more", `${V}machines:\n  - name: a\n    absent: true\n    tags: []`, "5:5: What is absent"],
    ["a wrong place", `${V}secrets: everywhere`, "2:10: It is none, a directory, or a command"],
    ["a member twice", `${V}version: 1`, "2:1: Map keys must be unique"],
    ["two documents", `${V}---\nversion: 1`, "2:1: A second document begins here"],
    ["a broken line", `${V}machines: [`, "2:12: "],
    ["a tag", `${V}machines: !!js/function x`, "2:11: Unresolved tag"],
    ["an alias of nothing", `${V}machines: *a`, "2:11: "],
    [
      "an alias within itself",
      `${V}machines: &a [*a]`,
      "2:15: This alias stands for something that holds it.",
    ],
    [
      "a number too long",
      `${V}processes:\n  - { name: a, defaultInput: 9007199254740993 }`,
      "3:30: This number",
    ],
    ["a client secret", `${V}secrets: lks_0123456789abcdefghij`, "It holds a client secret."],
    ["nested too deep", `${V}machines: ${"[".repeat(20_000)}`, ""],
    [
      "aliases of aliases",
      `a0: &a0 [x, x]\n${many(40, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`)}`,
      "18:1: Here it is more than 1000000 values.",
    ],
  ])("%s", async (_, text, says) => {
    const { kind, lines } = await refusal(() => readFleet(text, "machines.yaml"));
    expect({ kind, says: lines.join("\n") }).toEqual({ kind: "usage", says: expect.stringContaining(says) });
    for (const line of lines) expect(line).toMatch(/^machines\.yaml:\d+:\d+: /);
  });

  test("anchors and merge keys spare repetition", () => {
    const text = `${V}machines:\n  - &base { name: a, kind: Template, tags: [x] }\n  - { <<: *base, name: b }`;
    const [, second] = readFleet(text, "machines.yaml").fleet.machines ?? [];
    expect(second).toEqual({ name: "b", kind: "Template", tags: ["x"] });
  });
});

test("a previous name counts while nothing has the new one, also one after the other", () => {
  const there = ["a", "b"].map((name) => ({ name }));
  const chain = [{ name: "b", previousName: "a" }, { name: "c", previousName: "b" }, { name: "a" }];
  const { found } = matched(chain, there);
  expect([...found].map(([entry, { name }]) => `${name} → ${entry.name}`)).toEqual(["b → c", "a → b"]);
  expect(matched(chain, chain).found.get(chain[0] ?? { name: "" })?.name).toBe("b");
});

const NONE = `${V}secrets: none\n`;
const named = (name: string) => ({ where: { name, deletedAt: null } });
const machineNamed = (name: string) => prisma().machine.findFirstOrThrow(named(name));

test("what the portal changed shows as drift, what the file does not name stays, what is not in it is named", async () => {
  const site = await newSite();
  const [other, name] = [(await provisioned(site.owner)).machineName, unique("lane")];
  const file = `${NONE}machines:\n  - { name: ${name}, kind: Template, tags: [a] }`;
  await applied(site, file);
  const { id: machineId } = await machineNamed(name);
  const details = await ask(site.owner, getMachine, { machineId });
  if (!details) throw new Error("it is not there");
  await act(site.owner, saveMachine, {
    ...machineDetailsSchema.parse({ ...details, description: "by hand", tags: ["b"] }),
    machineId,
    revision: details.revision,
  });
  const shown = await shownOf(site, file);
  expect(shown).toMatchObject({
    changes: [
      { what: "machine", action: "change", name, fields: [{ field: "tags", before: ["b"], after: ["a"] }] },
    ],
    others: { machines: [other], processes: [] },
  });
  expect(planText(shown)).toContain(`~ machine ${name}\n    tags: ["b"] → ["a"]\n`);
  await applied(site, file);
  expect((await applied(site, file)).changes).toEqual([]);
  expect(await machineNamed(name)).toMatchObject({ tags: ["a"], description: "by hand", revision: 3 });
  const kind = `${V}machines:\n  - { name: ${name}, kind: Standard }\n  - { name: new }`;
  expect((await refusal(() => applied(site, kind))).lines).toEqual([
    expect.stringMatching(/^machines\.yaml:3:\d+: .* is a Template/),
    expect.stringMatching(/^machines\.yaml:4:\d+: “new” is not there yet: say its kind\.$/),
  ]);
});

test("what somebody else saves between is not overwritten", async () => {
  let meanwhile: (() => Promise<unknown>) | undefined;
  const site = await newSite(async (address, init) => {
    const isSave = init.method === "PUT" && !address.includes("dryRun");
    const work = isSave ? meanwhile : undefined;
    if (work) meanwhile = undefined;
    await work?.();
    return inProcess(address, init);
  });
  const { machineId, machineName: name } = await provisioned(site.owner);
  await act(site.owner, addProcess, {
    name: "Invoices",
    description: "",
    runtimeType: "Unattended",
    defaultInput: {},
  });
  meanwhile = () =>
    prisma().machine.update({ where: { id: machineId }, data: { description: "theirs", revision: 2 } });
  const machines = `${V}machines:\n  - { name: ${name}, description: ours }`;
  expect(await refusal(() => applied(site, machines))).toMatchObject({ kind: "conflict" });
  expect(await machineNamed(name)).toMatchObject({ description: "theirs" });
  meanwhile = () =>
    prisma().process.updateMany({
      where: { tenantId: site.owner.tenantId },
      data: { description: "theirs" },
    });
  const processes = `${V}processes:\n  - { name: Invoices, runtimeType: Testing }`;
  expect(await refusal(() => applied(site, processes))).toMatchObject({ kind: "conflict" });
  for (const file of [machines, processes]) await applied(site, file);
  expect(await machineNamed(name)).toMatchObject({ description: "ours" });
});

test("a plan names whom it cuts; one that grew since is told apart from one that did not", async () => {
  const site = await newSite();
  const [closed, gone, keyed] = [
    await provisioned(site.owner),
    await provisioned(site.owner),
    await provisioned(site.owner, { clientAuthentication: "Secret" }),
  ];
  const token = await buyToken(closed);
  const session = await connect(token, "HOST-1");
  await connect(await buyToken(gone), "HOST-2");
  await connect(await buyToken(keyed), "HOST-3");
  const details = { description: "", runtimeType: "Unattended", defaultInput: {} } as const;
  const { processId } = await act(site.owner, addProcess, { name: "Invoices", ...details });
  await act(site.owner, startJob, { processId, machineId: closed.machineId, hostName: "" });
  await send("POST", `sessions/${session.id}/jobs/next`, token, { waitSeconds: 0 });
  // The third leaves it to the tenant, and the tenant is to accept keys alone: together that cuts its host.
  const file = `${V}tokenDefaults: { clientAuthentication: Key }
machines:
  - { name: ${closed.machineName}, enabled: false, clientAuthentication: Any }
  - { name: ${gone.machineName}, absent: true }
  - { name: ${keyed.machineName}, clientAuthentication: null }`;
  const shown = await shownOf(site, file);
  const host = (machine: string, name: string) => ({ machine, host: name });
  expect(Object.fromEntries(shown.changes.map(({ name, cuts }) => [name, cuts]))).toEqual({
    [gone.machineName]: { hosts: [host(gone.machineName, "HOST-2")], jobs: [] },
    [closed.machineName]: {
      hosts: [host(closed.machineName, "HOST-1")],
      jobs: [{ id: expect.any(String), process: "Invoices", host: "HOST-1" }],
    },
    [keyed.machineName]: { hosts: [host(keyed.machineName, "HOST-3")], jobs: [] },
    tokenDefaults: { hosts: [], jobs: [] },
  });
  expect(planText(shown)).toContain("It disconnects 3 hosts and stops 1 job.");
  const written = readShown(JSON.stringify(shown));
  if (!written) throw new Error("it cannot be read again");
  expect(grown(await shownOf(site, file), written)).toEqual([]);
  const elsewhere = await shownOf(await newSite(), V);
  expect(grown(elsewhere, { ...written, tenant: elsewhere.tenant })).toEqual([]);
  expect(grown(elsewhere, written)).toEqual([expect.stringContaining(site.owner.tenantId)]);
  await connect(token, "HOST-4");
  expect(grown(await shownOf(site, file), written)).toEqual([
    `host HOST-4 of “${closed.machineName}” would be disconnected`,
  ]);
  expect(
    grown(await shownOf(site, `${file}\n  - { name: ${closed.machineName} b, absent: true }`), written),
  ).toHaveLength(1);
  await applied(site, file);
  const open = { tenantId: site.owner.tenantId, endedAt: null };
  expect(await prisma().session.count({ where: open })).toBe(0);
});

test("a deletion cuts no host that came after it was shown, and no machine that is called otherwise by now", async () => {
  const site = await newSite();
  const machine = await provisioned(site.owner);
  const { machineId, machineName: name } = machine;
  const absent = `${V}machines:\n  - { name: ${name}, absent: true }`;
  const before = await planToApply(site, absent);
  const session = await connect(await buyToken(machine), "HOST-1");
  const { kind, message } = await refusal(() => apply(site, before));
  expect({ kind, message }).toEqual({ kind: "conflict", message: expect.stringContaining("HOST-1") });
  const open = { where: { id: session.id, endedAt: null } };
  expect(await prisma().session.count(open)).toBe(1);
  const shown = await planToApply(site, absent);
  await prisma().machine.update({ where: { id: machineId }, data: { name: `${name} kept` } });
  expect((await refusal(() => apply(site, shown))).lines[0]).toBe(
    `“${name}” is called “${name} kept” by now`,
  );
  expect(await prisma().session.count(open)).toBe(1);
});

test("an export shows a terminal nothing that it acts on, and is the same when it is read again", async () => {
  const site = await newSite();
  const defaultInput = { "k\u202e": "\u009b2J", text: "several\nlines\u2066" };
  const details = { description: "", runtimeType: "Unattended" } as const;
  await act(site.owner, addProcess, { name: "Invoices", ...details, defaultInput });
  const text = await exportOf(site);
  expect(text).not.toMatch(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/);
  expect((await shownOf(site, text)).changes).toEqual([]);
});

const secretsOf = (name: string) =>
  prisma().credential.count({ where: { machine: { name }, revokedAt: null, expiresAt: null } });

/** @returns what the robot would read of its file */
const envOf = (folder: string, name: string) =>
  parseEnv(readFileSync(join(folder, `secrets/${name}.env`), "utf8"));

const buyFrom = (folder: string, name: string) => {
  const { LATCHKEY_CLIENT_ID: clientId = "", LATCHKEY_CLIENT_SECRET: clientSecret = "" } = envOf(
    folder,
    name,
  );
  return buyToken({ clientId, clientSecret });
};

const fileOf = (names: readonly string[], secrets: string) =>
  `${V}secrets: ${secrets}\nmachines:\n${names.map((name) => `  - { name: ${name}, kind: Template }`).join("\n")}`;
const DIRECTORY = "{ directory: ./secrets }";
const lanes = (count: number) => Array.from({ length: count }, () => unique("lane"));

describe("secrets go where the file says", () => {
  test("into files that their owner alone reads; what is in the way is found before anything is made", async () => {
    const site = await newSite();
    const [one = "", two = ""] = lanes(2);
    mkdirSync(join(site.folder, "secrets"));
    writeFileSync(join(site.folder, `secrets/${two}.env`), "mine");
    expect(await refusal(() => applied(site, fileOf([one, two], DIRECTORY)))).toMatchObject({
      kind: "usage",
    });
    expect(await prisma().machine.count(named(one))).toBe(0);
    await applied(site, fileOf([one], DIRECTORY));
    expect(statSync(join(site.folder, `secrets/${one}.env`)).mode & 0o777).toBe(0o600);
    expect(envOf(site.folder, one).LATCHKEY_URL).toBe(site.url);
    await buyFrom(site.folder, one);
    expect(readdirSync(join(site.folder, "secrets")).toSorted()).toEqual(
      [`${one}.env`, `${two}.env`].toSorted(),
    );
    expect(readFileSync(join(site.folder, `secrets/${two}.env`), "utf8")).toBe("mine");
  });

  /** A command that keeps what it was given, and fails once for a machine. */
  function keeper({ folder }: Bench, failsFor = ""): string {
    const program = join(folder, "keep");
    const failing = `if [ "$LATCHKEY_MACHINE" = "${failsFor}" ] && [ ! -e failed ]; then touch failed; cat >&2; exit 3; fi`;
    writeFileSync(
      program,
      `#!/bin/sh\n${failing}\ncat > "kept-$LATCHKEY_MACHINE"\nenv > environment\necho "$@" > words\n`,
    );
    chmodSync(program, 0o700);
    return `{ command: [./keep, "two words", $HOME] }`;
  }
  const kept = ({ folder }: Bench, name: string) =>
    JSON.parse(readFileSync(join(folder, `kept-${name}`), "utf8"));

  test("to a command's standard input, and nowhere else", async () => {
    const site = await newSite();
    const [name = ""] = lanes(1);
    process.env.LATCHKEY_CLIENT_SECRET = "the API client's";
    await applied(site, fileOf([name], keeper(site)));
    delete process.env.LATCHKEY_CLIENT_SECRET;
    const { clientSecret, ...rest } = kept(site, name);
    expect(rest).toEqual({ url: site.url, machine: name, clientId: (await machineNamed(name)).clientId });
    await buyToken(kept(site, name));
    const seen = ["environment", "words"].map((file) => readFileSync(join(site.folder, file), "utf8")).join();
    expect(seen).toContain("two words $HOME");
    expect(seen).toContain(`LATCHKEY_MACHINE=${name}`);
    expect(seen).not.toContain(clientSecret);
    expect(seen).not.toContain("the API client's");
    const missing = fileOf(lanes(1), "{ command: [there-is-no-such-program] }");
    expect(await refusal(() => applied(site, missing))).toMatchObject({ kind: "usage" });
  });

  test("and where a command did not take one, the next apply gives it another, and says no secret meanwhile", async () => {
    const site = await newSite();
    const names = lanes(3);
    const file = fileOf(names, keeper(site, names[1]));
    const { kind, message, lines } = await refusal(() => applied(site, file));
    expect(kind).toBe("failed");
    expect([message, ...lines].join()).not.toMatch(/lks_\w/);
    expect([0, 1, 2].map((index) => existsSync(join(site.folder, `kept-${names[index]}`)))).toEqual([
      true,
      false,
      false,
    ]);
    const first = kept(site, names[0] ?? "");
    expect((await applied(site, file)).changes).toEqual([]);
    expect(kept(site, names[0] ?? "")).toEqual(first);
    for (const name of names) await buyToken(kept(site, name));
  });
});

test.each([
  ["before the server has done it", false],
  ["after the server has done it", true],
])(
  "an apply that dies %s is finished by the next: each machine once, each with one secret in its file",
  async (_, isDone) => {
    let deaths = 0;
    const bench = await newSite(async (address, init) => {
      const isSecondSet =
        address.endsWith("/machines/provision") && init.body?.toString().includes("last of all");
      if (isSecondSet && deaths === 0) {
        deaths += 1;
        if (isDone) await inProcess(address, init);
        throw new Error("killed");
      }
      return inProcess(address, init);
    });
    const site = { ...bench, setSize: 2 };
    const names = [...lanes(2), `${unique("lane")} last of all`];
    const file = fileOf(names, DIRECTORY);
    await expect(applied(site, file)).rejects.toThrow("killed");
    // What a process leaves that has no time to tidy up.
    writeFileSync(join(site.folder, "secrets", `${names[2]?.replaceAll(" ", "-")}.env`), "");
    expect(existsSync(journalOf(site.file))).toBe(true);
    const journal = readFileSync(journalOf(site.file), "utf8");
    expect(journal).not.toMatch(/lks_/);
    // Another process of this computer, and one that lives.
    writeFileSync(
      journalOf(site.file),
      journal.replace(`"process":${process.pid}`, `"process":${process.ppid}`),
    );
    expect(await refusal(() => applied(site, file))).toMatchObject({ kind: "conflict" });
    writeFileSync(journalOf(site.file), journal);
    await applied(site, file);
    expect(existsSync(journalOf(site.file))).toBe(false);
    expect((await applied(site, file)).changes).toEqual([]);
    for (const name of names) expect(await secretsOf(name)).toBe(1);
    for (const name of [names[0] ?? "", names[2]?.replaceAll(" ", "-") ?? ""])
      await buyFrom(site.folder, name);
  },
);

describe("what an apply has left that was stopped", () => {
  /** A site whose next apply dies after the server has provisioned a machine. */
  async function stopped() {
    let isKilled = false;
    const site = await newSite(async (address, init) => {
      const response = await inProcess(address, init);
      if (isKilled || !address.endsWith("/machines/provision")) return response;
      isKilled = true;
      throw new Error("killed");
    });
    const [name = ""] = lanes(1);
    const file = fileOf([name], DIRECTORY);
    const shown = await shownOf(site, file);
    await expect(applied(site, file)).rejects.toThrow("killed");
    return { site, name, file, shown };
  }

  test("is believed only where nobody else could have written it, and no more is done than was shown", async () => {
    const { site, name, file, shown } = await stopped();
    const path = journalOf(site.file);
    const journal = JSON.parse(readFileSync(path, "utf8"));
    const command = ["sh", "-c", "touch ran"];
    const forged = JSON.stringify({
      ...journal,
      machines: [{ ...journal.machines[0], secrets: { command } }],
    });
    expect(path.startsWith(join(site.folder, "state/latchkey/"))).toBe(true);
    rmSync(path);
    writeFileSync(join(site.folder, ".machines.yaml.applying"), forged, { mode: 0o600 });
    await resume(site);
    writeFileSync(path, forged, { mode: 0o644 });
    expect(await refusal(() => resume(site))).toMatchObject({ kind: "usage" });
    rmSync(path);
    for (const at of ["2999-01-01T00:00:00.000Z", new Date(Date.now() - 24 * 3_600_000).toISOString()]) {
      writeFileSync(path, JSON.stringify({ ...JSON.parse(forged), at }), { mode: 0o600 });
      expect(await refusal(() => resume(site))).toMatchObject({ kind: "conflict", lines: [name] });
    }
    writeFileSync(path, forged);
    const isShown = (creation: object) => shows(shown, creation);
    expect(await refusal(() => resume(site, isShown))).toMatchObject({ kind: "conflict", lines: [name] });
    expect(existsSync(join(site.folder, "ran"))).toBe(false);
    writeFileSync(path, JSON.stringify(journal));
    const again = await shownOf(site, file);
    expect(again).toMatchObject({ changes: [], unfinished: [{ name }] });
    expect(planText(again)).toContain(`finished first: 1 machine: ${name}.`);
    expect(shows(again, again.unfinished[0] ?? {})).toBe(true);
    await resume(site, isShown);
    await buyFrom(site.folder, name);
    writeFileSync(join(site.folder, "secrets/production.env"), "DATABASE_URL=theirs");
    const place = { place: { directory: "secrets" }, folder: site.folder, url: site.url };
    expect(isDelivered(place, "production")).toBe(false);
    expect(existsSync(join(site.folder, "secrets/production.env"))).toBe(true);
  });

  test("is not forgotten while finishing it is refused, and a secret that cannot be had any more is named", async () => {
    const { site, name, file } = await stopped();
    const ofTenant = { where: { tenantId: site.owner.tenantId } };
    await prisma().apiClient.updateMany({ ...ofTenant, data: { role: "Viewer" } });
    expect(await refusal(() => applied(site, file))).toMatchObject({ kind: "conflict", lines: [name] });
    expect(existsSync(journalOf(site.file))).toBe(true);
    await prisma().apiClient.updateMany({ ...ofTenant, data: { role: "Administrator" } });
    await prisma().credential.updateMany({ where: { machine: { name } }, data: { revokedAt: new Date() } });
    const { kind, lines } = await refusal(() => applied(site, file));
    expect({ kind, lines }).toEqual({ kind: "conflict", lines: [expect.stringContaining(`“${name}”: `)] });
    expect((await applied(site, file)).changes).toEqual([]);
  });
});
