// Usage: npm run admin -- list | reset-password <email> | disable-second-factor <email>
// People's accounts, for whoever can use the server. It needs what the server needs: the same folder and the same environment.
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildError, buildIfChanged } from "./build.mjs";
import { bundle } from "./bundle.mjs";

const root = dirname(import.meta.dirname);
process.env.NODE_ENV = "production";
// Only where nothing was built yet: a server may be running on this build, and its pages must not change under it.
if (!existsSync(join(root, "lib/generated/prisma/client.ts"))) {
  try {
    await buildIfChanged(root, (line) => console.error(line));
  } catch (error) {
    console.error(error instanceof BuildError ? error.message : error);
    process.exit(1);
  }
}
const file = join(root, `dist/admin-${process.pid}.mjs`);
await bundle(root, "server/admin.ts", file);
const { runAdminCommand } = await import(pathToFileURL(file).href);
for (const made of [file, `${file}.map`]) rmSync(made, { force: true });
process.exitCode = await runAdminCommand(root, process.argv.slice(2));
