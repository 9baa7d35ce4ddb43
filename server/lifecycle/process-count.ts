import { availableParallelism } from "node:os";
import { openDatabase } from "@/lib/database-connection";
import { readDatabaseUrl } from "@/lib/database-url";
import { StartupError } from "./startup-error";

/** For the commands beside the server, and for whoever looks at the database. */
const SPARE = 10;

const CONNECTIONS_MAX = `
  SELECT least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                 - coalesce(current_setting('reserved_connections', true)::int, 0),
               nullif(datconnlimit, -1), nullif(rolconnlimit, -1)) AS max
    FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`;

/** What the number of processes hangs on. */
export type ProcessCountOptions = {
  readonly asked: number | "auto";
  readonly databaseUrl: string;
  /** Whether the database is the embedded one, which needs a core as well. */
  readonly isEmbedded: boolean;
  /** How many connections each process may open. */
  readonly connectionsEach: number;
  /** Receives a line when there are fewer than there are cores for. */
  readonly report: (line: string) => void;
};

/**
 * How many processes serve: as many as were asked for, or as there are cores for.
 * @throws StartupError when so many were asked for that PostgreSQL would refuse them connections.
 */
export async function processCount(options: ProcessCountOptions): Promise<number> {
  const { asked, databaseUrl, isEmbedded, connectionsEach, report } = options;
  const wanted = asked === "auto" ? Math.max(1, availableParallelism() - (isEmbedded ? 1 : 0)) : asked;
  if (wanted === 1) return 1;
  const max = await connectionsMax(databaseUrl);
  const fitting = Math.max(1, Math.floor((max - SPARE) / connectionsEach));
  if (wanted <= fitting) return wanted;
  const place = isEmbedded
    ? "the embedded PostgreSQL"
    : `the PostgreSQL at ${readDatabaseUrl(databaseUrl).name}`;
  const reason = `each needs ${connectionsEach} connections, and ${place} lets ${max} in, of which ${SPARE} are kept for commands and people`;
  if (asked === "auto") {
    report(`PROCESSES: ${fitting} and not ${wanted}, because ${reason}`);
    return fitting;
  }
  const more = isEmbedded
    ? ""
    : ", or let more in: max_connections of the server, CONNECTION LIMIT of database and role";
  throw new StartupError(
    `PROCESSES cannot be ${asked}, because ${reason}. Set it to ${fitting} or less${more}.`,
  );
}

async function connectionsMax(url: string): Promise<number> {
  const client = await openDatabase(url);
  try {
    const { rows } = await client.query<{ max: number }>(CONNECTIONS_MAX);
    return rows[0]?.max ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
