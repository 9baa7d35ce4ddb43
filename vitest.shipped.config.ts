import { defineConfig } from "vitest/config";

/** Tests of the server as it is shipped; they run after `npm run build`. */
export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    environment: "node",
    include: [`test/shipped/**/*.${process.env.DRILL === undefined ? "test" : "drill"}.ts`],
    // Two at once, and no more: much of the time they wait, and each starts a PostgreSQL and servers of its own.
    maxWorkers: 2,
    // See vitest.config.ts.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    expect: { poll: { timeout: 600_000 } },
  },
});
