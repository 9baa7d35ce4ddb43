import { afterEach, expect } from "vitest";

const printed: string[] = [];

// Nothing of ours prints errors to the console: what appears there comes from a library that met something it did not expect.
console.error = (...parts: unknown[]) => {
  printed.push(parts.map(String).join(" "));
};

afterEach(() => {
  expect(printed.splice(0), "unexpected console.error").toEqual([]);
});
