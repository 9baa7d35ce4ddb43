import { expect, test } from "vitest";
import { servesHost } from "./rules";

test("a template serves any host", () => {
  expect(servesHost({ kind: "Template", name: "Finance" }, "anything")).toBe(true);
});

test("a standard machine serves the host of its name in any case, and no other", () => {
  const machine = { kind: "Standard", name: "Finance-PC" } as const;
  for (const host of ["Finance-PC", "FINANCE-PC", "finance-pc", " finance-pc "])
    expect(servesHost(machine, host)).toBe(true);
  for (const host of ["Finance-PC2", "Finance", "Finance-PC.example.com", ""])
    expect(servesHost(machine, host)).toBe(false);
});
