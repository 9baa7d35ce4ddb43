import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { placesOf } from "@/cli/completion";
import { jsonText } from "@/cli/console";
import { typedValue } from "@/cli/machine-details";
import { namedMachines, readMachines } from "@/cli/machine-file";
import { makeSecrets } from "@/cli/many-secrets";
import { newProgram } from "@/cli/program";
import { reserve } from "@/cli/secret-files";
import { tableText, widthOf } from "@/cli/table";

const folder = mkdtempSync(join(tmpdir(), "latchkey-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test("machines of a file or of names: what is wrong is told by line or name, all of it", () => {
  const more = { kind: "Template", requiresDpop: true };
  expect(readMachines("name,tags\na,x;y\n", more)).toEqual([
    { where: "line 2", machine: expect.objectContaining({ ...more, name: "a", tags: ["x", "y"] }) },
  ]);
  expect(namedMachines(["lane 1"], more)).toEqual([
    { where: "lane 1", machine: { ...more, name: "lane 1" } },
  ]);
  expect(caught(() => readMachines("a\n\nA\n", more))).toMatchObject({
    kind: "usage",
    lines: ["line 3: name: Line 1 has this name already."],
  });
  expect(caught(() => readMachines("name,colour\n", more))).toMatchObject({
    lines: [expect.stringMatching(/^line 1: colour: There is no such column/)],
  });
  expect(caught(() => namedMachines([""], more))).toMatchObject({ lines: [": name: Enter a name."] });
});

test.each([
  ["tags", "a; b,c", ["a", "b", "c"]],
  ["unattendedRuntimes", "3", 3],
  ["unattendedRuntimes", "many", "many"],
  ["requiresDpop", "no", false],
  ["requiresDpop", "default", null],
  ["tokenLifetimeSeconds", "default", null],
  ["description", "default", "default"],
])("an option of a machine is read as its schema wants it: %s %s", (member, text, value) => {
  expect(typedValue(member, text)).toEqual(value);
});

test("secrets go to files that only their owner reads, none of which was there; what got none is removed", () => {
  const secrets = join(folder, "secrets");
  const files = reserve(secrets, ["lane/1", "../etc", "unused"]);
  const clientSecret = "lks_x";
  const path = files.put("http://here", { machineName: "lane/1", clientId: "c", clientSecret });
  files.put("http://here", { machineName: "../etc", clientId: "c", clientSecret });
  files.release();
  expect(readdirSync(secrets).sort()).toEqual(["etc.env", "lane-1.env"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toBe(
    "LATCHKEY_URL=http://here\nLATCHKEY_CLIENT_ID=c\nLATCHKEY_CLIENT_SECRET=lks_x\n",
  );
  writeFileSync(path, "somebody's");
  const refused = caught(() => reserve(secrets, ["new", "lane/1", "lane 1"]));
  expect(refused).toMatchObject({
    kind: "usage",
    lines: [`${path} is there already`, `${path} is there already`],
  });
  expect(readFileSync(path, "utf8")).toBe("somebody's");
  expect(readdirSync(secrets)).not.toContain("new.env");
  expect(caught(() => reserve(join(folder, "two"), ["lane/1", "lane 1"]))).toMatchObject({ kind: "usage" });
});

test("a secret goes only into the empty file that was made for it", () => {
  const secrets = join(folder, "reserved");
  const twice = caught(() => reserve(secrets, ["a", "a.2", "a.2"]));
  expect(twice).toMatchObject({ kind: "usage", lines: [`${secrets}/a.2.env would be that of two secrets`] });
  expect(readdirSync(secrets)).toEqual([]);
  const files = reserve(secrets, ["a", "b"]);
  const put = (machineName: string) =>
    caught(() => files.put("http://here", { machineName, clientId: "c", clientSecret: "lks_x" }));
  writeFileSync(join(secrets, "other.env"), "somebody's");
  rmSync(join(secrets, "b.env"));
  symlinkSync(join(secrets, "other.env"), join(secrets, "b.env"));
  put("a");
  for (const name of ["a", "b", "other"]) expect(put(name), name).toBeInstanceOf(Error);
  expect(readFileSync(join(secrets, "other.env"), "utf8")).toBe("somebody's");
  const listeners = process.listenerCount("SIGTERM");
  files.release();
  expect(process.listenerCount("SIGTERM")).toBe(listeners - 1);
});

test("what is encrypted for a recipient is not lost with its file, which stays only where something is in it", async () => {
  const shown = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => shown.mockRestore());
  const outs = join(folder, "outs");
  const out = join(outs, "secrets.age");
  const make = async (during: () => void) => {
    mkdirSync(outs, { recursive: true });
    const made = async () => {
      during();
      return { results: [], encrypted: "-----BEGIN AGE" };
    };
    const says = { done: "Added", member: "secret" };
    await makeSecrets({ client: {} as never, url: "" }, { out, quiet: true }, [], says, made);
  };
  const refused = make(() => {
    throw new Error("refused");
  });
  await expect(refused).rejects.toThrow("refused");
  expect(readdirSync(outs)).toEqual([]);
  await expect(make(() => rmSync(outs, { recursive: true }))).rejects.toMatchObject({ kind: "failed" });
  expect(shown.mock.calls).toEqual([["-----BEGIN AGE"]]);
  expect(existsSync(out)).toBe(false);
  await make(() => {});
  expect([readFileSync(out, "utf8"), statSync(out).mode & 0o777]).toEqual(["-----BEGIN AGE", 0o600]);
});

/** Runs a command in this process, signed in at this address. */
async function latchkey(url: string, ...words: string[]): Promise<void> {
  vi.stubEnv("LATCHKEY_URL", url);
  vi.stubEnv("LATCHKEY_CLIENT_ID", "c");
  vi.stubEnv("LATCHKEY_CLIENT_SECRET", "lks_x");
  onTestFinished(() => void vi.unstubAllEnvs());
  await newProgram().parseAsync(["node", "latchkey", ...words]);
}

test("what cannot be asked is told before anything is", async () => {
  for (const words of [
    ["api", "constructor"],
    ["machines", "provision", "a", "--out", "secrets.age"],
    ["secrets", "add", "a", "--dry-run"],
  ])
    await expect(latchkey("http://127.0.0.1:9", ...words), words.join(" ")).rejects.toMatchObject({
      kind: "usage",
    });
});

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a secret that was found is reported to the portal alone, wherever it points", async () => {
  let heard = 0;
  const elsewhere = await listening((_, response) => {
    heard += 1;
    response.end("{}");
  });
  const url = await listening((_, response) => {
    response.writeHead(307, { location: elsewhere }).end();
  });
  const file = join(folder, "found.txt");
  writeFileSync(file, "lks_found");
  await expect(latchkey(url, "leak", "--file", file)).rejects.toThrow(url);
  expect(heard).toBe(0);
});

test("a table fits the terminal, whatever stands in it, and nothing in it reaches the terminal as a command", () => {
  const rows = [{ name: "\u001b[31mred\u0007 請求書".repeat(9), id: "0190" }];
  const columns = [
    ["NAME", (row: { name: string }) => row.name],
    ["ID", (row: { id: string }) => row.id],
  ] as const;
  const [, line = ""] = tableText(rows, columns as never, 40).split("\n");
  expect(widthOf(line)).toBe(40);
  expect(line).toMatch(/… {2}0190$/);
  const shown = line + jsonText({ name: "\u001b\u009b31m\u202e" }).replaceAll("\n", "");
  expect(shown).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(JSON.parse(jsonText({ name: "\u009b\u202e" }))).toEqual({ name: "\u009b\u202e" });
});

test("every command has an example, and completion knows every command with its options", () => {
  const places = placesOf(newProgram());
  expect(places.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["", "machines", "machines delete", "secrets rotate", "completion"]),
  );
  expect(places.find(({ path }) => path === "users list")?.words).toEqual([
    "--json",
    "--quiet",
    "-q",
    "--help",
    "-h",
  ]);
  const leaves = places.filter(
    ({ path }) => path !== "" && !places.some((other) => other.path.startsWith(`${path} `)),
  );
  for (const { path } of leaves) {
    const command = path
      .split(" ")
      .reduce((at, word) => at.commands.find((one) => one.name() === word) ?? at, newProgram());
    let help = "";
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(help, path).toMatch(/\nExamples:\n {2}\$ /);
  }
});
