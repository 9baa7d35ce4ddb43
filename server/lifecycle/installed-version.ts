import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Version } from "@/lib/version";

const SHORT = 9;

/** What a checkout is of; a folder inside somebody else's repository is none. */
function checkedOut(root: string): string | null {
  if (!existsSync(join(root, ".git"))) return null;
  try {
    const said = execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return said.trim();
  } catch {
    return null;
  }
}

/**
 * @param root the folder of the package
 * @returns its version, and the commit that a release names (`gitHead`) or a checkout stands at
 */
export function installedVersion(root: string): Version {
  const named: { version: string; gitHead?: string } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const commit = named.gitHead ?? checkedOut(root);
  return { release: named.version, commit: commit?.slice(0, SHORT) ?? null };
}
