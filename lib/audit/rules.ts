import { csvRecord, FORMULA_INSIDE } from "@/lib/csv";
import { addSeconds, MINUTE_SECONDS } from "@/lib/time";
import type { AuditRow, ExportFormat } from "./schema";

/** @returns the last millisecond of the minute that `minute` begins: a filter "to 14:05" includes what happened in it */
export const endOfMinute = (minute: Date): Date => new Date(addSeconds(minute, MINUTE_SECONDS).getTime() - 1);

/** @returns the value as JSON in which no formula begins; a semicolon stands in strings only, where any character may be escaped */
const csvJson = (value: object): string =>
  JSON.stringify(value).replace(
    FORMULA_INSIDE,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** The columns of an export, in both formats, in this order. */
const COLUMNS: readonly (readonly [name: string, value: (row: AuditRow) => string | null])[] = [
  ["time", ({ at }) => at.toISOString()],
  ["actorKind", ({ actorKind }) => actorKind],
  ["actorId", ({ actorId }) => actorId],
  ["actor", ({ actorName }) => actorName],
  ["address", ({ address }) => address],
  ["event", ({ type }) => type],
  ["machineId", ({ machineId }) => machineId],
  ["credentialId", ({ credentialId }) => credentialId],
  ["eventId", ({ id }) => id],
  ["chain", ({ isShared }) => (isShared ? "installation" : "tenant")],
  ["sequence", ({ sequence }) => (sequence === null ? null : String(sequence))],
];

type Format = {
  readonly mediaType: string;
  readonly head: string;
  readonly line: (row: AuditRow) => string;
};

/** Without it Excel reads UTF-8 as the letters of the machine's own code page. */
const BYTE_ORDER_MARK = "\uFEFF";

/** How an export is written: CSV (RFC 4180; UTF-8 with a byte order mark; details are one JSON text), or one JSON object a line. */
export const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  csv: {
    mediaType: "text/csv; charset=utf-8; header=present",
    head: BYTE_ORDER_MARK + csvRecord([...COLUMNS.map(([name]) => name), "details"]),
    line: (row) => csvRecord([...COLUMNS.map(([, value]) => value(row) ?? ""), csvJson(row.details)]),
  },
  jsonl: {
    mediaType: "application/x-ndjson; charset=utf-8",
    head: "",
    line: (row) => {
      const members = COLUMNS.map(([name, value]) => [name, value(row)] as const);
      return `${JSON.stringify({ ...Object.fromEntries(members), details: row.details })}\n`;
    },
  },
};

const FORMER_TYPES: Readonly<Record<string, readonly string[]>> = {
  "credential.deleted": ["secret.deleted", "key.deleted"],
  "credential.expired": ["secret.expired", "key.expired"],
};

/** @returns every type that events of this one were ever written as: what is stored never changes */
export const writtenAs = (type: string): readonly string[] => [type, ...(FORMER_TYPES[type] ?? [])];

/** @returns the type that stands for it today */
export const typeToday = (type: string): string =>
  Object.keys(FORMER_TYPES).find((today) => FORMER_TYPES[today]?.includes(type)) ?? type;
