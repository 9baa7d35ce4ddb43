import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

function bootId(): string {
  if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8" });
}

/**
 * What tells this host from another one of the same name. It is made of what a clone does not share, because that starts anew: the
 * id of this start of the system, with the system's own name, by which containers on one kernel differ.
 * @returns undefined where the system does not say
 */
export function instanceId(): string | undefined {
  try {
    return createHash("sha256").update(`${bootId().trim()} ${hostname()}`).digest("base64url");
  } catch {
    return undefined;
  }
}
