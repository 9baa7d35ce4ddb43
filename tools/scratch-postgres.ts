import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@/lib/database-connection";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/server/database/embedded-postgres";
import { postmasterOf } from "@/server/database/postgres-orphans";
import { postgresUser } from "@/server/database/postgres-user";
import type { Durability } from "@/server/database/postgres-watchdog";

/** A PostgreSQL that is thrown away. */
export type ScratchPostgres = EmbeddedPostgres & {
  /** Ends it without a checkpoint, as a crash does; it comes back by itself at the same address. */
  crash(): void;
};

/** As servers of others are: whatever is read and written in the session's own way is wrong at once. */
const FOREIGN_WAYS = `
  ALTER ROLE CURRENT_USER SET timezone = 'America/St_Johns';
  ALTER ROLE CURRENT_USER SET datestyle = 'German, DMY';
  ALTER ROLE CURRENT_USER SET intervalstyle = 'iso_8601';
  ALTER ROLE CURRENT_USER SET bytea_output = 'escape';
  ALTER ROLE CURRENT_USER SET default_transaction_isolation = 'serializable'`;

/**
 * Starts an empty PostgreSQL in a temporary folder, for tests and for making migrations. `stop` also removes the folder.
 * @param durability "crashable" where it crashes and must keep what it acknowledged
 */
export async function startScratchPostgres(durability: Durability = "disposable"): Promise<ScratchPostgres> {
  const place = mkdtempSync(join(tmpdir(), "latchkey-scratch-"));
  chmodSync(place, 0o711);
  const folder = join(place, "postgres");
  const postgres = await startEmbeddedPostgres({
    folder,
    password: randomBytes(24).toString("base64url"),
    user: postgresUser(),
    binariesFolder: join(tmpdir(), `latchkey-binaries-${process.getuid?.() ?? "user"}`),
    durability,
    report: (line) => process.stderr.write(`${line}\n`),
  });
  const client = await openDatabase(postgres.url);
  await client.query(FOREIGN_WAYS);
  await client.end();
  return {
    url: postgres.url,
    crash() {
      const postmaster = postmasterOf(folder);
      if (postmaster === undefined) throw new Error("there is no PostgreSQL to crash");
      process.kill(postmaster, "SIGQUIT");
    },
    async stop() {
      await postgres.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
