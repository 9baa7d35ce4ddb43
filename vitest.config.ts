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
    setupFiles: ["test/no-console-errors.ts"],
    globalSetup: ["test/postgres.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
