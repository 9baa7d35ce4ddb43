import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findRoutes } from "./routes.mjs";

test("the mounted routes are those of the folders, with Next.js's names", () => {
  const root = mkdtempSync(join(tmpdir(), "latchkey-routes-"));
  const files = [
    "api/orchestrator/sessions/[sessionId]/route.ts",
    "api/orchestrator/(public)/authentication/route.ts",
    "api/orchestrator/_parts/route.ts",
    "api/orchestrator/[...path]/route.ts",
    "api/auth/[...nextauth]/route.ts",
    ".well-known/oauth-authorization-server/api/identity/route.ts",
  ];
  for (const file of files) {
    mkdirSync(dirname(join(root, "app", file)), { recursive: true });
    writeFileSync(join(root, "app", file), "");
  }
  expect(
    findRoutes(root)
      .map(({ path }) => path)
      .sort(),
  ).toEqual([
    "/.well-known/oauth-authorization-server/api/identity",
    "/api/orchestrator/[...path]",
    "/api/orchestrator/authentication",
    "/api/orchestrator/sessions/[sessionId]",
  ]);
  rmSync(root, { recursive: true });
});
