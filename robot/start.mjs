#!/usr/bin/env node
// Usage: node robot/start.mjs --processes <file> [--env-file <file>]
// Runs the reference robot from a clone: bundles it if it has changed, and starts it in this process.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`The robot needs Node.js 20.19 or newer, and this is ${process.versions.node}.`);
  process.exit(2);
}

const { dirname, join } = await import("node:path");
const { fileURLToPath, pathToFileURL } = await import("node:url");
await import("../tools/npm-gone.mjs");
const { BuildError } = await import("../tools/build-lock.mjs");
const { bundleIfChanged } = await import("../tools/bundles.mjs");
const root = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  await bundleIfChanged(root, "robot");
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(2);
}
await import(pathToFileURL(join(root, "dist/robot.mjs")).href);
