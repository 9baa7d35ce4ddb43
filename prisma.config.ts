import { defineConfig } from "prisma/config";

// `prisma generate` never runs the schema engine's binary, but the command looks for it and would download it. Naming any
// executable stops the search; migrations run through the engine's WebAssembly build (server/database/migrations.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
});
