import { defineConfig } from "@playwright/test";
import { findChromium } from "./e2e/browser";
import { ORIGIN } from "./e2e/surroundings";

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/global-setup.ts",
  outputDir: "test-results/journeys",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  // See vitest.config.ts.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: [["list"]],
  use: {
    baseURL: ORIGIN,
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      timeout: 300_000,
      executablePath: findChromium(),
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-quic",
        "--disable-background-networking",
      ],
    },
  },
});
