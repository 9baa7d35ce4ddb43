// Usage: npm run demo
// A Latchkey with machines, robots and jobs to look at. Everything is in a temporary place and gone when it stops.
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildError, buildIfChanged } from "../tools/build.mjs";
import { bundleIfChanged } from "../tools/bundles.mjs";
import "../tools/npm-gone.mjs";

const root = dirname(import.meta.dirname);
process.env.NODE_ENV = "production";
try {
  await buildIfChanged(root, console.log);
  for (const name of ["robot", "commands"]) await bundleIfChanged(root, name);
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}
const { runDemo } = await import(pathToFileURL(join(root, "dist/commands/demo.mjs")).href);
await runDemo(root);
