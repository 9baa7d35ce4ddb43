import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oneBuildAtATime } from "./build-lock.mjs";
import { bundle } from "./bundle.mjs";
import { buildSources, sourceStamp } from "./stamp.mjs";

/** Programs of one file each, by the name of what is built together. Those for other computers hold their packages: they need nothing besides Node.js. */
const bundles = {
  robot: {
    sources: [
      "robot",
      "lib/json-text.ts",
      "tools/bundles.mjs",
      "tools/bundle.mjs",
      "package.json",
      "package-lock.json",
    ],
    entries: { "dist/robot": "robot/main.ts" },
    packages: "bundle",
  },
  latchkey: {
    sources: [
      "cli",
      "lib",
      "robot",
      "tools/bundles.mjs",
      "tools/bundle.mjs",
      "package.json",
      "package-lock.json",
    ],
    entries: { "dist/latchkey": "cli/main.ts" },
    packages: "bundle",
  },
  commands: {
    sources: [...buildSources, "demo"],
    entries: {
      "dist/commands/admin": "server/admin.ts",
      "dist/commands/app-secret": "server/app-secret.ts",
      "dist/commands/audit-verify": "server/audit-verify.ts",
      "dist/commands/demo": "demo/demo.ts",
    },
    packages: "external",
  },
};

/**
 * Bundles these programs, unless that was done since the last change. The Prisma client must have been generated for the commands.
 *
 * @param {string} root the repository
 * @param {keyof typeof bundles} name
 * @returns {Promise<void>} rejects when a file does not compile
 * @throws {BuildError} when there is something to do and the folder cannot be written
 */
export async function bundleIfChanged(root, name) {
  const { sources, entries, packages } = bundles[name];
  const stampFile = join(root, `dist/${name}.stamp`);
  const isBuilt = (stamp) =>
    Object.keys(entries).every((made) => existsSync(join(root, `${made}.mjs`))) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, "utf8") === stamp;
  if (isBuilt(sourceStamp(root, sources))) return;
  const onWait = () => undefined;
  await oneBuildAtATime(join(root, "dist"), `${name}-lock`, onWait, async () => {
    const stamp = sourceStamp(root, sources);
    if (isBuilt(stamp)) return;
    for (const [made, entry] of Object.entries(entries)) {
      await bundle(root, entry, `${made}.new.mjs`, [], [], packages);
      // In one step: what starts meanwhile loads the old file or the new one.
      renameSync(join(root, `${made}.new.mjs`), join(root, `${made}.mjs`));
    }
    writeFileSync(stampFile, stamp);
  });
}
