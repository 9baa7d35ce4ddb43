// Usage: npm run audit:verify [-- --head <digest> …]
// Walks the chains of the audit record, in the database that the server uses, whether the server runs or not. See docs/audit.md.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../tools/bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!existsSync(join(root, "lib/generated/prisma/client.ts"))) {
  console.error("Latchkey was not built here yet. Start it once with npm start.");
  process.exit(2);
}
process.env.NODE_ENV ??= "production";
await bundle(root, "commands/audit-verify.ts", "dist/audit-verify.mjs");
const { auditVerify } = await import(pathToFileURL(`${root}/dist/audit-verify.mjs`).href);
process.exitCode = await auditVerify(process.argv.slice(2));
