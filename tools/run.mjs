// Usage: npm run admin|app-secret|audit:verify -- …
// Runs a command of Latchkey. It needs what the server needs: the same folder and the same environment.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { BuildError, buildIfChanged } from "./build.mjs";
import { bundleIfChanged } from "./bundles.mjs";
import "./npm-gone.mjs";

const root = dirname(import.meta.dirname);
process.env.NODE_ENV = "production";
const [name, ...args] = argv.slice(2);
try {
  // All of it only where nothing was built yet: a server may be running on this build, and its pages must not change under it.
  if (!existsSync(join(root, "lib/generated/prisma/client.ts")))
    await buildIfChanged(root, (line) => console.error(line));
  await bundleIfChanged(root, "commands");
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}
const { run } = await import(pathToFileURL(join(root, `dist/commands/${name}.mjs`)).href);
process.exitCode = await run(root, args);
