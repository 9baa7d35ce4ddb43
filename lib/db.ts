import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import type { Sql } from "@/lib/ctx";
import { env } from "@/lib/env";
import { PrismaClient } from "@/lib/generated/prisma/client";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";

const POOL_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** No question of ours takes seconds; one that does must not hold a connection for ever. */
const STATEMENT_TIMEOUT_MILLISECONDS = 15_000;

function makeDatabase() {
  const pool = new pg.Pool({
    connectionString: env().databaseUrl,
    max: POOL_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
    application_name: "latchkey",
  });
  // An idle connection that dies is replaced at the next use; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ reason: error.message }, "a database connection was lost"));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
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

// SQLSTATE classes 08 (connection), 57P (operator intervention), 53 (out of resources), and what node and pg say.
const UNAVAILABLE_CODES =
  /^(?:08\w{3}|57P0\d|53\w{3}|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|P1001|P1002|P1008|P1017|P2024)$/;
const UNAVAILABLE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|server closed the connection|can't reach database|connection (?:was )?closed|not queryable|the database system is/i;

/** @returns whether the error means "the database is away", which the doors answer with 503 and Retry-After. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = Reflect.get(cause, "code") ?? Reflect.get(cause, "originalCode");
    if (typeof code === "string" && UNAVAILABLE_CODES.test(code)) return true;
    if (UNAVAILABLE_MESSAGES.test(cause.message)) return true;
  }
  return false;
}

/** What a busy tenant may meet: PostgreSQL asked for the transaction to be tried again. */
export function isWriteConflict(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, "code") === "P2034";
}
