import pg from "pg";
import { WatchedClient, WatchedPool, type WatchOptions } from "@/lib/database-loss";
import { readDatabaseUrl } from "@/lib/database-url";

/**
 * What decides how PostgreSQL reads what we write and writes what we read. A database, a role or a server may have any of these set
 * otherwise, and Prisma's adapter writes instants without their zone. Set by a statement: a start-up parameter is refused by poolers.
 */
const SETTINGS = {
  TimeZone: "UTC",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  client_encoding: "UTF8",
  bytea_output: "hex",
  extra_float_digits: "1",
  standard_conforming_strings: "on",
  default_transaction_isolation: "read committed",
  lock_timeout: "0",
} as const;

type OwnSettings = {
  /** After which PostgreSQL gives up a statement; none otherwise, whatever the role has. */
  readonly statementTimeoutMilliseconds?: number;
};

type ClientOptions = OwnSettings &
  Omit<pg.ClientConfig, "connectionString" | "statement_timeout" | "options">;
type PoolOptions = ClientOptions & Pick<pg.PoolConfig, "max">;

/** A server that lives gives a statement up before we give the server up. */
const GRACE_MILLISECONDS = 1_000;
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

/** @returns the schema that the URL names as Prisma's do, `public` otherwise: a role may have another before it in its search path. */
export const schemaOf = (url: string): string => readDatabaseUrl(url).schema;

async function settle(client: pg.ClientBase, url: string, { statementTimeoutMilliseconds = 0 }: OwnSettings) {
  const settings = Object.entries({
    ...SETTINGS,
    statement_timeout: String(statementTimeoutMilliseconds),
    // Nobody's temporary table stands before one of ours.
    search_path: `${pg.escapeIdentifier(schemaOf(url))}, pg_temp`,
  });
  const calls = settings.map((_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, false)`);
  await client.query(`SELECT ${calls.join(", ")}`, settings.flat());
}

/** @returns a pool whose connections all read and write values in one way, whatever the database, the role or the server has set */
export function databasePool(url: string, options: PoolOptions): pg.Pool {
  const { statementTimeoutMilliseconds } = options;
  return new WatchedPool({
    ...KEEP_ALIVE,
    ...options,
    ...(statementTimeoutMilliseconds && {
      silenceMilliseconds: statementTimeoutMilliseconds + GRACE_MILLISECONDS,
    }),
    ...readDatabaseUrl(url).client,
    onConnect: (client) => settle(client, url, options),
  });
}

/**
 * Opens one connection like those of {@link databasePool}. One that breaks later fails the query under way, and is silent otherwise.
 * @throws what `pg` throws when it cannot be opened
 */
export async function openDatabase(
  url: string,
  options: ClientOptions & WatchOptions = {},
): Promise<WatchedClient> {
  const client = new WatchedClient({ ...options, ...readDatabaseUrl(url).client });
  // An error event without a listener would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await settle(client, url, options);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
