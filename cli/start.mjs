#!/usr/bin/env node
// Usage: node cli/start.mjs --help
// Runs the command line from a clone: bundles it if it has changed, and starts it in this process.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Latchkey needs Node.js 20.19 or newer, and this is ${process.versions.node}.`);
  process.exit(2);
}

const { dirname, join } = await import("node:path");
const { fileURLToPath, pathToFileURL } = await import("node:url");
const { BuildError } = await import("../tools/build-lock.mjs");
const { bundleIfChanged } = await import("../tools/bundles.mjs");
const root = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  await bundleIfChanged(root, "latchkey");
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(2);
}
await import(pathToFileURL(join(root, "dist/latchkey.mjs")).href);
