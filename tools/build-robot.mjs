import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oneBuildAtATime } from "./build-lock.mjs";
import { bundle } from "./bundle.mjs";
import { sourceStamp } from "./stamp.mjs";

const sources = [
  "robot",
  "lib/json-text.ts",
  "tools/build-robot.mjs",
  "tools/bundle.mjs",
  "package.json",
  "package-lock.json",
];

/**
 * Bundles the robot with its packages to `dist/robot.mjs`, one file that a host needs besides Node.js, unless that was done since the last
 * change.
 *
 * @param {string} root the repository
 * @returns {Promise<void>} rejects when a file does not compile
 */
export async function buildRobotIfChanged(root) {
  const built = join(root, "dist/robot.mjs");
  const stampFile = join(root, "dist/robot.stamp");
  const isBuilt = (stamp) =>
    existsSync(built) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp;
  if (isBuilt(sourceStamp(root, sources))) return;
  await oneBuildAtATime(
    join(root, "dist"),
    "robot-lock",
    () => {},
    async () => {
      const stamp = sourceStamp(root, sources);
      if (isBuilt(stamp)) return;
      await bundle(root, "robot/main.ts", "dist/robot.new.mjs", [], [], "bundle");
      // In one step: a robot that starts meanwhile loads the old file or the new one.
      renameSync(join(root, "dist/robot.new.mjs"), built);
      writeFileSync(stampFile, stamp);
    },
  );
}
