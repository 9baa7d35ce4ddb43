import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Everything the build is made from. */
export const buildSources = [
  "app",
  "components",
  "lib",
  "prisma",
  "public",
  "robot",
  "server",
  "tools",
  "server.ts",
  "instrumentation-client.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "prisma.config.ts",
  "tailwind.config.ts",
  "tsconfig.json",
  "package-lock.json",
];

/** What the build makes, and what is not built. */
const passedOver = /(^|\/)generated$|\.test\.tsx?$/;

/**
 * A digest of the names and contents of sources; it is the same exactly when a build would give the same.
 *
 * @param {string} root the repository
 * @param {readonly string[]} [paths] files and folders, relative to `root`; everything that the build is made from by default
 * @returns {string} 64 hexadecimal digits
 */
export function sourceStamp(root, paths = buildSources) {
  const hash = createHash("sha256");
  for (const path of paths) add(hash, root, path);
  return hash.digest("hex");
}

function add(hash, root, path) {
  if (passedOver.test(path)) return;
  let names;
  try {
    names = readdirSync(join(root, path));
  } catch (error) {
    if (error.code === "ENOENT") return;
    if (error.code !== "ENOTDIR") throw error;
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
    return;
  }
  for (const name of names.sort()) add(hash, root, `${path}/${name}`);
}
