import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { placesOf } from "@/cli/completion";
import { jsonText } from "@/cli/console";
import { readMachines } from "@/cli/machine-file";
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

const read = (path: string, text: string) => readMachines(path, text, { kind: "Template" });

describe("a file of machines", () => {
  test("is names, one a line, or CSV with the members of a machine as columns", () => {
    expect(read("names.txt", "lane 1\r\n\n lane 2\n")).toEqual([
      { line: 1, machine: { kind: "Template", name: "lane 1" } },
      { line: 3, machine: { kind: "Template", name: "lane 2" } },
    ]);
    const csv =
      '\uFEFFname,kind,tags,unattendedRuntimes,requiresDpop,tokenLifetimeSeconds\n"a, b",Standard,x;y,3,yes,\nc,,,,,default\n';
    expect(read("-", csv)).toEqual([
      {
        line: 2,
        machine: {
          kind: "Standard",
          name: "a, b",
          tags: ["x", "y"],
          unattendedRuntimes: 3,
          requiresDpop: true,
        },
      },
      { line: 3, machine: { kind: "Template", name: "c", tokenLifetimeSeconds: null } },
    ]);
  });

  test.each([
    ["name,colour\na,red", ["line 1: there is no column colour; columns are "]],
    ["kind\nTemplate", ["line 1: the column name is missing; columns are "]],
    [
      "name,kind\na,Nope\nb,Template\nB,Template\n,Template",
      ["line 2: kind: Choose ", "line 4: name: B is there twice, as line 3", "line 5: name: Enter a name."],
    ],
    ["name\na,b", ["line 2: it has more cells than there are columns"]],
    ['name\n"a', ["line 2: this is no CSV (CSV_QUOTE_NOT_CLOSED)"]],
  ])("that is wrong is told by its lines, all of them: %j", (text, said) => {
    const lines = said.map((part) => expect.stringContaining(part));
    expect(caught(() => read("machines.csv", text))).toMatchObject({ kind: "usage", lines });
  });
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
  expect(places.find(({ path }) => path === "machines delete")?.words).toEqual([
    "--json",
    "--quiet",
    "-q",
    "--dry-run",
    "--yes",
    "-y",
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
