import { describe, expect, test } from "vitest";
import { csvField } from "@/lib/csv";
import { FORMATS } from "./rules";
import { type AuditRow, auditFilterSchema, auditListSchema } from "./schema";

describe("a cell of the CSV export", () => {
  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("x")'])(
    "%j is text to a spreadsheet",
    (text) => {
      expect(csvField(text)).toBe(`"'${text.replaceAll('"', '""')}"`);
    },
  );

  test.each([
    ["a;=1+1", "a;'=1+1"],
    ["a; \t@SUM(A1);-2", "a; \t'@SUM(A1);'-2"],
    ["=1;+1", "'=1;'+1"],
    ["a;b=1-1", "a;b=1-1"],
  ])("%j is text also where a semicolon begins a new cell", (text, safe) => {
    expect(csvField(text)).toBe(`"${safe}"`);
  });

  test("is quoted as RFC 4180 says, whatever is in it", () => {
    expect(csvField('a "b", c\r\nd')).toBe('"a ""b"", c\r\nd"');
    expect(csvField("")).toBe('""');
  });
});

const row: AuditRow = {
  id: "0193a5a0-0000-7000-8000-000000000000",
  at: new Date("2026-05-04T03:02:01.007Z"),
  actorKind: "admin",
  actorId: null,
  actorName: "=cmd|' /C calc'!A0",
  address: "192.0.2.7",
  type: "machine.deleted",
  machineId: null,
  credentialId: null,
  isShared: false,
  details: { name: 'a "quoted", name' },
  sequence: 12n,
};

test("a line of each format", () => {
  expect(FORMATS.csv.line(row)).toBe(
    `"2026-05-04T03:02:01.007Z","admin","","'=cmd|' /C calc'!A0","192.0.2.7","machine.deleted","","",` +
      `"0193a5a0-0000-7000-8000-000000000000","tenant","12","{""name"":""a \\""quoted\\"", name""}"\r\n`,
  );
  expect(FORMATS.csv.head.split(",")).toHaveLength(12);
  expect(FORMATS.csv.head).toMatch(/^\uFEFF"time",/);
  expect(JSON.parse(FORMATS.jsonl.line(row))).toMatchObject({
    actor: row.actorName,
    actorId: null,
    sequence: "12",
    details: row.details,
  });
});

test("details in CSV begin no formula and mean the same", () => {
  const details = { name: "a;=1", host: ';"＝1', count: -1 };
  const cell =
    /"(\{.*\})"\r\n$/.exec(FORMATS.csv.line({ ...row, details }))?.[1]?.replaceAll('""', '"') ?? "";
  expect(cell).not.toMatch(/;[\s"]*[=＝]/);
  expect(JSON.parse(cell)).toEqual(details);
});

test("what stands in the address is taken as far as it makes sense", () => {
  const secret = `lks_ABCDEFGHIJKLMNOP_${"x".repeat(49)}`;
  expect(auditFilterSchema.parse({ credential: secret }).credential).toBe("ABCDEFGHIJKLMNOP");
  expect(
    auditListSchema.parse({ credential: "'; --", kind: "a b", from: "yesterday", older: "1", person: "me" }),
  ).toEqual({});
});
