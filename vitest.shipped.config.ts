import { defineConfig } from "vitest/config";

/** Tests of the server as it is shipped; they run after `npm run build`. */
export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    environment: "node",
    include: ["test/shipped/**/*.test.ts"],
    fileParallelism: false,
    // See vitest.config.ts.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    expect: { poll: { timeout: 600_000 } },
  },
});
