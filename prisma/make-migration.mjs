// Usage: node prisma/make-migration.mjs <name>
// Writes the migration from prisma/migrations to prisma/schema.prisma, on an embedded PostgreSQL and without Prisma's binary engine.
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../tools/bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const name = process.argv[2] ?? "";
if (!/^[a-z0-9_]{1,80}$/.test(name)) {
  console.error(
    "Name the migration in lower-case words joined by underscores: npm run migration -- add_machine_tags",
  );
  process.exit(1);
}
await bundle(root, "tools/make-migration.ts", "dist/make-migration.mjs");
const { makeMigration } = await import(pathToFileURL(`${root}/dist/make-migration.mjs`).href);
const file = await makeMigration(root, name);
console.log(file === undefined ? "The schema has not changed." : `Wrote ${file}`);
