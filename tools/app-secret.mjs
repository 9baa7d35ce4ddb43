// Usage: npm run app-secret -- status | change [--until <date and time>]
// Changes APP_SECRET, as docs/app-secret.md tells. It needs what the server needs: the same folder and the same environment.
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildError, buildIfChanged } from "./build.mjs";

const root = dirname(import.meta.dirname);
process.env.NODE_ENV = "production";
try {
  await buildIfChanged(root, (line) => console.error(line));
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}
const { appSecret } = await import(pathToFileURL(`${root}/dist/production/app-secret.mjs`).href);
process.exitCode = await appSecret(root, process.argv.slice(2));
