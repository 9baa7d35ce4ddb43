import { execFileSync } from "node:child_process";

const PYTHONS = ["python3", "/usr/bin/python3"];

const hasAuthlib = (python: string): boolean => {
  try {
    execFileSync(python, ["-c", "import authlib, requests"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/**
 * Finds a Python with Authlib, an OAuth client that is not JavaScript's; where there is none it installs Debian's.
 * @returns the interpreter
 * @throws when there is none to be had; the message says what to do
 */
export function findAuthlib(): string {
  const found = PYTHONS.find(hasAuthlib);
  if (found) return found;
  const packages = ["python3", "python3-authlib", "python3-requests"];
  const options = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  try {
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
  } catch {
    // Not root, or not Debian: the message below says what is needed.
  }
  const installed = PYTHONS.find(hasAuthlib);
  if (installed) return installed;
  throw new Error("No Python with Authlib was found or could be installed: pip install authlib requests");
}
