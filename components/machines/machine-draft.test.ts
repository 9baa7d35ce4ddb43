import { expect, test } from "vitest";
import { detailsOf, draftOf, EMPTY_DRAFT } from "@/components/machines/machine-draft";
import { machineDetailsSchema } from "@/lib/machines/schema";

const MACHINE = machineDetailsSchema.parse({
  name: "Invoices pool",
  description: "Two hosts",
  unattendedRuntimes: 2,
  testingRuntimes: 10,
  processType: "Background",
  tags: ["finance"],
  tokenLifetimeSeconds: 5400,
  allowedScopes: ["OR.Jobs"],
  clientAuthentication: "Key",
  requiresDpop: true,
});

test("every detail of a machine comes back from its form as it went in", () => {
  expect(machineDetailsSchema.parse(detailsOf(draftOf(MACHINE)))).toEqual(MACHINE);
});

test("an empty form says what the schema says of a new machine", () => {
  expect(machineDetailsSchema.parse(detailsOf({ ...EMPTY_DRAFT, name: "New" }))).toEqual(
    machineDetailsSchema.parse({ name: "New" }),
  );
});

test("a figure that is none stays wrong", () => {
  const draft = { ...EMPTY_DRAFT, name: "New", testingRuntimes: "two" };
  const { error } = machineDetailsSchema.safeParse(detailsOf(draft));
  expect(error?.issues.map(({ path }) => path)).toEqual([["testingRuntimes"]]);
});
