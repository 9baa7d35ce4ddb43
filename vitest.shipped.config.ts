import { defineConfig } from "vitest/config";

/** Tests of the server as it is shipped; they run after `npm run build`. */
export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    environment: "node",
    include: ["test/shipped/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Real processes on a busy machine: once more tells a slow machine from a broken promise, and the report names it.
    retry: 1,
  },
});
