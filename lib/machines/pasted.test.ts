import { expect, test } from "vitest";
import { errorsIn, pastedMachines, readPasted } from "./pasted";
import { MACHINES_AT_ONCE_MAX, pastedMachinesSchema } from "./schema";

const pasted = (text: string, chosen: object = {}) =>
  pastedMachinesSchema.parse({ kind: "Template", text, ...chosen });

/** Everything that is wrong with a text, as `line field: sentence`. */
function wrongWith(text: string): string[] {
  const { lines, errors } = readPasted(pasted(text));
  const all = [...errors, ...[...errorsIn(lines).values()].flat()];
  return all.map(({ line, field, detail }) => `${line} ${field}: ${detail}`);
}

test("a name a line is a machine a line, whatever the line's end; what is chosen holds for all", () => {
  const chosen = { kind: "Standard", description: "at night", tags: ["x"] };
  const machines = pastedMachines(pasted("build-01\r\n\n  build-02, spare \rbuild-03", chosen));
  expect(machines.map(({ name }) => name)).toEqual(["build-01", "build-02, spare", "build-03"]);
  for (const machine of machines) expect(machine).toMatchObject(chosen);
  expect(readPasted(pasted("a\n\nb")).lines.map(({ line }) => line)).toEqual([1, 3]);
});

test.each([
  [",", '\uFEFF"Name",KIND,tags,unattendedRuntimes\nalpha,standard,"one, two",3\n"b ""x"", y",,,\n'],
  [";", 'Name;KIND;tags;unattendedRuntimes\r\nalpha;standard;one,two;3\r\n"b ""x"", y"\r\n'],
  ["\t", 'Name\tKIND\ttags\tunattendedRuntimes\nalpha\tStandard\tone|two\t3\n;\n"b ""x"", y"\t\t\t'],
])("a CSV with %j says what its columns say, and the rest is as chosen", (separator, text) => {
  const machines = pastedMachines(pasted(text, { tags: ["chosen"], unattendedRuntimes: 7 }));
  expect(machines.filter(({ name }) => name !== ";" || separator !== "\t")).toMatchObject([
    { name: "alpha", kind: "Standard", tags: ["one", "two"], unattendedRuntimes: 3 },
    { name: 'b "x", y', kind: "Template", tags: ["chosen"], unattendedRuntimes: 7 },
  ]);
});

test("everything that is wrong is said, by line and field", () => {
  expect(
    wrongWith(
      'name,kind,testingRuntimes,processType\na,Server,many,Any\n"A",,5000,\n,Standard,,\nok,,,,extra',
    ),
  ).toEqual([
    "5 null: 5 values for 4 columns: put a value with a comma into quotation marks.",
    "2 testingRuntimes: Enter a whole number from 0 to 1000.",
    "2 kind: Write one of: Template, Standard.",
    "3 testingRuntimes: Enter a whole number from 0 to 1000.",
    "3 name: Line 2 has this name already.",
    "4 name: Enter a name.",
  ]);
  expect(wrongWith("twin\nTWIN\na\u202eb")).toEqual([
    "2 name: Line 1 has this name already.",
    "3 name: Use plain characters only: no line breaks or control characters.",
  ]);
});

test("a text that cannot be read is refused with its line, and nothing of it is taken", () => {
  expect(wrongWith("name,colour,Kind,kind\na,b,c,d")).toEqual([
    expect.stringMatching(/^1 colour: There is no such column\. Columns are name, kind, /),
    "1 kind: This column is there twice.",
  ]);
  expect(wrongWith("kind,tags\nStandard,x")).toEqual(["1 name: The column with the names is missing."]);
  expect(wrongWith('name,kind\n"open,Standard\nb,')).toEqual([
    expect.stringMatching(/^\d null: A quotation mark is opened and not closed\.$/),
  ]);
  expect(wrongWith('name,kind\nb "x",')).toEqual([expect.stringMatching(/^2 null: A quotation mark stands/)]);
  expect(wrongWith("name\n")).toEqual(["1 name: There is no machine in it."]);
  const many = Array.from({ length: MACHINES_AT_ONCE_MAX + 1 }, (_, index) => `m${index}`).join("\n");
  expect(wrongWith(many)).toEqual([
    expect.stringMatching(/^1001 null: 1,001 machines are more than the 1,000/),
  ]);
  expect(() => pastedMachines(pasted(many))).toThrow(/^Line 1001: /);
});
