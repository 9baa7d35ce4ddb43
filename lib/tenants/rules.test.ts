import { describe, expect, test } from "vitest";
import { slugFrom } from "./rules";
import { tenantSlugSchema } from "./schema";

describe("the address suggested for a tenant", () => {
  test.each([
    ["Finance", "finance"],
    ["  Zürich & Genève ", "zurich-geneve"],
    ["Straße 7", "strasse-7"],
    ["R&D / Robots (EU)", "r-d-robots-eu"],
    ["x".repeat(80), "x".repeat(63)],
    [`${"x".repeat(62)} yz`, "x".repeat(62)],
  ])("of %s", (name, slug) => {
    expect(slugFrom(name)).toBe(slug);
    expect(tenantSlugSchema.parse(slug)).toBe(slug);
  });

  test("is nothing where no letter of the name could stand in an address", () => {
    expect(slugFrom("財務部")).toBe("");
  });
});
