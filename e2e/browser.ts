import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "@playwright/test";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

function installed(): string | null {
  const candidates = [process.env.PLAYWRIGHT_CHROMIUM, chromium.executablePath(), DEBIAN_CHROMIUM];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

const run = (command: string, args: readonly string[]) =>
  execFileSync(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });

/**
 * Finds the Chromium that the journeys drive: PLAYWRIGHT_CHROMIUM, Playwright's own, /usr/bin/chromium; where there is none
 * it installs one, by Playwright's installer or, where that cannot download, from Debian's packages.
 * @returns the path of the executable
 * @throws when there is none to be had; the message says what to do
 */
export function findChromium(): string {
  const present = installed();
  if (present) return present;
  const playwright = createRequire(import.meta.url).resolve("@playwright/test/cli");
  const ways: readonly (() => void)[] = [
    () => run(process.execPath, [playwright, "install", "chromium"]),
    () => {
      run("apt-get", ["update", "-qq"]);
      run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
    },
  ];
  for (const install of ways) {
    try {
      install();
    } catch {
      continue;
    }
    const found = installed();
    if (found) return found;
  }
  throw new Error(
    "No Chromium was found or could be installed. Install one and set PLAYWRIGHT_CHROMIUM to its path.",
  );
}
