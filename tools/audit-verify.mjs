// Usage: npm run audit:verify [-- --head <digest> …]
// Walks the chains of the audit record, in the database that the server uses, whether the server runs or not. See docs/audit.md.
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";

const root = dirname(import.meta.dirname);
process.env.NODE_ENV = "production";
if (!existsSync(join(root, "lib/generated/prisma/client.ts"))) {
  console.error("Latchkey was not built here yet. Start it once with npm start.");
  process.exit(2);
}
const file = join(root, `dist/audit-verify-${process.pid}.mjs`);
await bundle(root, "server/audit-verify.ts", file);
const { auditVerify } = await import(pathToFileURL(file).href);
for (const made of [file, `${file}.map`]) rmSync(made, { force: true });
process.exitCode = await auditVerify(root, process.argv.slice(2));
