import { describe, expect, test } from "vitest";
import {
  deleteMachinesSchema,
  editMachineSchema,
  MACHINES_AT_ONCE_MAX,
  provisionMachineSchema,
} from "./schema";

const refusedFields = (input: object) => {
  const parsed = provisionMachineSchema.safeParse({ name: "PC", kind: "Standard", ...input });
  return parsed.success ? [] : [...new Set(parsed.error.issues.map(({ path }) => path[0]))];
};

test("a name and a kind are enough; the rest has its usual values", () => {
  expect(provisionMachineSchema.parse({ name: " PC ", kind: "Template" })).toEqual({
    name: "PC",
    kind: "Template",
    description: "",
    unattendedRuntimes: 1,
    nonProductionRuntimes: 0,
    testingRuntimes: 0,
    processType: "Any",
    processCompatibility: "Any",
    tags: [],
    tokenLifetimeSeconds: null,
    allowedScopes: [],
    clientAuthentication: null,
    requiresDpop: null,
  });
});

describe("what a form refuses, it refuses at the field", () => {
  test.each<[string, object]>([
    ["name", { name: "" }],
    ["name", { name: "   " }],
    ["name", { name: "x".repeat(451) }],
    ["name", { name: "a\nb" }],
    ["name", { name: "a\0b" }],
    ["name", { name: "a\u0085b" }],
    ["name", { name: "\ud800" }],
    ["name", { name: "kiln\u202egpj.exe" }],
    ["name", { name: 7 }],
    ["description", { description: "x".repeat(501) }],
    ["description", { description: "a\0b" }],
    ["description", { description: "\udfff" }],
    ["unattendedRuntimes", { unattendedRuntimes: -1 }],
    ["unattendedRuntimes", { unattendedRuntimes: 1001 }],
    ["nonProductionRuntimes", { nonProductionRuntimes: 0.5 }],
    ["testingRuntimes", { testingRuntimes: "1" }],
    ["testingRuntimes", { testingRuntimes: Number.NaN }],
    ["processType", { processType: "any" }],
    ["processCompatibility", { processCompatibility: "Cross-platform" }],
    ["kind", { kind: "standard" }],
    ["tags", { tags: Array.from({ length: 21 }, (_, at) => `${at}`) }],
    ["tags", { tags: ["x".repeat(65)] }],
    ["tags", { tags: ["a\0"] }],
    ["tokenLifetimeSeconds", { tokenLifetimeSeconds: 59 }],
    ["tokenLifetimeSeconds", { tokenLifetimeSeconds: 86_401 }],
    ["tokenLifetimeSeconds", { tokenLifetimeSeconds: 60.5 }],
    ["tokenLifetimeSeconds", { tokenLifetimeSeconds: "60" }],
    ["tokenLifetimeSeconds", { tokenLifetimeSeconds: Number.NaN }],
    ["allowedScopes", { allowedScopes: null }],
    ["allowedScopes", { allowedScopes: ["OR.Default"] }],
    ["clientAuthentication", { clientAuthentication: "None" }],
    ["requiresDpop", { requiresDpop: "true" }],
  ])("%s: %j", (field, input) => {
    expect(refusedFields(input)).toEqual([field]);
  });
});

test("the largest values a form allows are allowed", () => {
  expect(
    refusedFields({
      name: "x".repeat(450),
      description: `${"x".repeat(495)}\r\n\ty`,
      unattendedRuntimes: 1000,
      tags: Array.from({ length: 20 }, (_, at) => `${at}`.padEnd(64, "x")),
    }),
  ).toEqual([]);
});

test("names are written in any script, right to left too, and with joined emoji", () => {
  for (const name of ["مرحبا", "שלום-PC", "a\u200fb", "👩🏽‍🔬", "<b>x</b>"])
    expect(refusedFields({ name })).toEqual([]);
});

test("the same tag twice is one tag", () => {
  expect(
    provisionMachineSchema.parse({ name: "PC", kind: "Standard", tags: ["a", " a ", "b"] }).tags,
  ).toEqual(["a", "b"]);
});

test("ids are ids, and a bulk deletion has a first and a last", () => {
  expect(editMachineSchema.safeParse({ name: "PC", machineId: "1", revision: 1 }).success).toBe(false);
  const machineIds = Array.from(
    { length: MACHINES_AT_ONCE_MAX + 1 },
    () => "0198c5b0-0000-7000-8000-000000000000",
  );
  for (const wrong of [[], ["x"], machineIds])
    expect(deleteMachinesSchema.safeParse({ machineIds: wrong }).success).toBe(false);
  expect(deleteMachinesSchema.safeParse({ machineIds: machineIds.slice(1) }).success).toBe(true);
});

test("scopes are kept in one order, each once", () => {
  const allowedScopes = ["OR.Assets", "OR.Robots", "OR.Assets"];
  const parsed = provisionMachineSchema.parse({ name: "PC", kind: "Standard", allowedScopes });
  expect(parsed.allowedScopes).toEqual(["OR.Robots", "OR.Assets"]);
});
