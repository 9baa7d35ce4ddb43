import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    environment: "node",
    include: ["{lib,server,test,tools,app,components}/**/*.test.{ts,tsx}"],
    exclude: ["test/shipped/**"],
    env: {
      APP_SECRET: "a secret that is only used by the tests",
      ORIGIN: "http://localhost:3000",
      LOG_LEVEL: "silent",
    },
    // Much of the time they wait, for the database or for what is to happen next.
    maxWorkers: 3,
    setupFiles: ["test/no-console-errors.ts"],
    globalSetup: ["test/postgres.ts"],
    // Ten times what the slowest takes: a limit ends what is stuck, and says nothing of how quick the machine is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
