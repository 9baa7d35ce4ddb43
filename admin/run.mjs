// Usage: npm run admin -- list | reset-password <email> | disable-second-factor <email>
// People's accounts, for whoever can use the server. Works while Latchkey runs and while it is stopped.
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../tools/bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.env.NODE_ENV = "production";
if (!existsSync(join(root, "lib/generated/prisma/client.ts"))) {
  console.error('Latchkey was not built here yet. Run "npm start" or "npm run build" first.');
  process.exit(1);
}
const outfile = `dist/admin-${process.pid}.mjs`;
await bundle(root, "server/admin-command.ts", outfile);
const { runAdminCommand } = await import(pathToFileURL(join(root, outfile)).href);
for (const file of [outfile, `${outfile}.map`]) rmSync(join(root, file), { force: true });
process.exit(await runAdminCommand(root, process.argv.slice(2)));
