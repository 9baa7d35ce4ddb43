import { PrismaPg } from "@prisma/adapter-pg";
import type { Sql } from "@/lib/ctx";
import { databasePool, schemaOf } from "@/lib/database-connection";
import { env } from "@/lib/env";
import { PrismaClient } from "@/lib/generated/prisma/client";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";

const POOL_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** No question of ours takes seconds; one that does must not hold a connection for ever. */
const STATEMENT_TIMEOUT_MILLISECONDS = 15_000;

/** In milliseconds. A busy machine may be slow to begin and to finish; what takes longer than this is stuck. */
const TRANSACTION = { maxWait: 10_000, timeout: 30_000 };

function makeDatabase() {
  const { databaseUrl } = env();
  const pool = databasePool(databaseUrl, {
    max: POOL_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    statementTimeoutMilliseconds: STATEMENT_TIMEOUT_MILLISECONDS,
    application_name: "latchkey",
  });
  // An idle connection that dies is replaced at the next use; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ reason: error.message }, "a database connection was lost"));
  // One that is lent out may die between two statements, when nobody else listens: a restart of PostgreSQL under load.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { schema: schemaOf(databaseUrl) }),
    transactionOptions: TRANSACTION,
    // The longer formats quote the arguments of the call that failed.
    errorFormat: "minimal",
  });
  const sql: Sql = {
    async query<Row>(statement: { name: string; text: string }, values: readonly unknown[]) {
      const result = await pool.query({ ...statement, values: [...values] });
      return result.rows as Row[];
    },
  };
  onStop("database connections", async () => {
    await prisma.$disconnect();
    if (!pool.ended) await pool.end();
  });
  return { pool, prisma, sql };
}

/** The one pool of this process and the two ways to speak through it. Only doors and server.ts may import this. */
export const database = () => oncePerProcess("database", makeDatabase);

/** What is said in `Retry-After` while the database is away. */
export const DATABASE_RETRY_AFTER_SECONDS = 2;

// SQLSTATE classes 08 (connection), 57P (operator intervention), 53 (out of resources), and what node and pg say.
const UNAVAILABLE_CODES =
  /^(?:08\w{3}|57P0\d|53\w{3}|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|P1001|P1002|P1008|P1017|P2024)$/;
const UNAVAILABLE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|server closed the connection|can't reach database|connection (?:was )?closed|not queryable|the database system is/i;

/** An error and what it stands for: Prisma keeps its adapter's error in `meta`, and that one the driver's as a plain object. */
function* causesOf(error: unknown): Generator<object> {
  let cause = error;
  for (let depth = 0; typeof cause === "object" && cause !== null && depth < 6; depth += 1) {
    yield cause;
    const meta: unknown = Reflect.get(cause, "meta");
    const adapter: unknown =
      typeof meta === "object" && meta ? Reflect.get(meta, "driverAdapterError") : null;
    cause = adapter ?? Reflect.get(cause, "cause");
  }
}

const codesOf = (cause: object) =>
  [Reflect.get(cause, "code"), Reflect.get(cause, "originalCode")].map(String);

/** @returns whether the error means "the database is away", which the doors answer with 503 and Retry-After. */
export function isDatabaseAway(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (codesOf(cause).some((code) => UNAVAILABLE_CODES.test(code))) return true;
    if (cause instanceof Error && UNAVAILABLE_MESSAGES.test(cause.message)) return true;
  }
  return false;
}

/** Whether the last page that was asked for met a database that was away. Next.js answers 500 for it; the process makes that 503. */
export const outage = () => oncePerProcess("outage", () => ({ isNow: false }));

/** Serialization failure, deadlock, and Prisma's name for both, which it does not give to raw queries. */
const CONFLICT_CODES = /^(?:40001|40P01|P2034)$/;

/** What a busy tenant may meet: PostgreSQL asked for the transaction to be tried again. */
export function isWriteConflict(error: unknown): boolean {
  return [...causesOf(error)].some((cause) => codesOf(cause).some((code) => CONFLICT_CODES.test(code)));
}
