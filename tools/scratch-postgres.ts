import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/server/embedded-postgres";
import { postgresUser } from "@/server/postgres-user";

/**
 * Starts an empty PostgreSQL in a temporary folder, for tests and for making migrations. `stop` also removes the folder.
 */
export async function startScratchPostgres(): Promise<EmbeddedPostgres> {
  const place = mkdtempSync(join(tmpdir(), "latchkey-scratch-"));
  chmodSync(place, 0o711);
  const postgres = await startEmbeddedPostgres({
    folder: join(place, "postgres"),
    password: randomBytes(24).toString("base64url"),
    user: postgresUser(),
    binariesFolder: join(tmpdir(), `latchkey-binaries-${process.getuid?.() ?? "user"}`),
    durability: "disposable",
    report: (line) => process.stderr.write(`${line}\n`),
  });
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
