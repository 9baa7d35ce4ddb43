import { PrismaPg } from "@prisma/adapter-pg";
import type { Db, SharedStatement, Sql, Statement } from "@/lib/ctx";
import { databasePool, schemaOf } from "@/lib/database-connection";
import { env } from "@/lib/env";
import { PrismaClient } from "@/lib/generated/prisma/client";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { parameterOf } from "@/lib/sql-parameters";
import { onStop } from "@/lib/stopping";
import { together } from "@/lib/together";

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;

/**
 * In milliseconds. A busy machine may be slow to begin and to finish; what takes longer than this is stuck. It begins when there is a
 * connection that answers, which has limits of its own.
 */
const TRANSACTION = { maxWait: 30_000, timeout: 30_000 };

type Lane = {
  readonly connections: number;
  /** No question of ours takes seconds; one that does must not hold a connection for ever. */
  readonly statementTimeoutMilliseconds: number;
};

/** Sixteen connections in all, as PostgreSQL has a hundred for several processes. Robots have theirs whatever people do. */
const ROBOTS: Lane = { connections: 10, statementTimeoutMilliseconds: 8_000 };
const PEOPLE: Lane = { connections: 6, statementTimeoutMilliseconds: 15_000 };

/** @param query runs a statement @returns the short path that goes through it */
export function sqlOver(
  query: (statement: Statement, values: readonly unknown[]) => Promise<unknown[]>,
): Sql {
  // A question is known by its statement, and has its own line of those who wait.
  const lines = new Map<object, (question: never) => Promise<unknown>>();
  function lineOf<Q, A>(statement: SharedStatement<Q, A>): (question: Q) => Promise<A> {
    const known = lines.get(statement);
    if (known) return known as (question: Q) => Promise<A>;
    const { values, answers, asker } = statement;
    const line = together<Q, A>({
      ask: async (questions) => answers(await query(statement, values(questions)), questions),
      isEverybodys: isDatabaseAway,
      ...(asker && { asker }),
    });
    lines.set(statement, line);
    return line;
  }
  return {
    query: <Row>(statement: Statement, values: readonly unknown[]) =>
      query(statement, values) as Promise<Row[]>,
    ask: (statement, question) => lineOf(statement)(question),
  };
}

function openLane(name: string, { connections, statementTimeoutMilliseconds }: Lane) {
  const { databaseUrl } = env();
  const pool = databasePool(databaseUrl, {
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    statementTimeoutMilliseconds,
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
  const sql = sqlOver(async ({ name, text }, values) => {
    const result = await pool.query({ name, text, values: values.map(parameterOf) });
    return result.rows;
  });
  onStop(name, async () => {
    await prisma.$disconnect();
    if (!pool.ended) await pool.end();
  });
  return { pool, prisma, sql };
}

/** The connections for people's pages and the clock, and the two ways to speak through them. Only who opens transactions may import this (test/architecture/plan.ts). */
export const database = () => oncePerProcess("database", () => openLane("database connections", PEOPLE));

/** Those for what robots ask: people's pages cannot take them. */
export const robotsDatabase = () =>
  oncePerProcess("robots' database", () => openLane("robots' database connections", ROBOTS));

/** What is said in `Retry-After` while the database is away. */
export const DATABASE_RETRY_AFTER_SECONDS = 2;

// SQLSTATE classes 08 (connection), 57P (operator intervention), 53 (out of resources); statement timeout; read only, as a standby is. Then
// what node says, our own, and Prisma's names for the same and for a transaction that took too long.
const UNAVAILABLE_CODES =
  /^(?:08\w{3}|57P0\d|53\w{3}|57014|25006|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|CONNECTION_LOST|P1001|P1002|P1008|P1017|P2024|P2028)$/;

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

/** @returns the code by which the error means that the database is away; null when it means something else */
export function awayCode(error: unknown): string | null {
  const codes = [...causesOf(error)].flatMap(codesOf);
  return codes.find((code) => UNAVAILABLE_CODES.test(code)) ?? null;
}

/** @returns whether the error means "the database is away", which requests are answered with 503 and Retry-After. */
export const isDatabaseAway = (error: unknown): boolean => awayCode(error) !== null;

/** @returns whether it was there and took too long: a statement, or a whole transaction; others may be quicker. */
export const tookTooLong = (error: unknown): boolean => /^(?:57014|P2028)$/.test(awayCode(error) ?? "");

const TRIES = 3;

/**
 * One transaction, the only way to one; tried again when PostgreSQL asks for it (a deadlock with another deed).
 * @param timeoutMilliseconds 30 seconds unless it is given
 */
export async function inTransaction<T>(
  { prisma }: Pick<ReturnType<typeof openLane>, "prisma">,
  deed: (db: Db) => Promise<T>,
  timeoutMilliseconds?: number,
): Promise<T> {
  const options = timeoutMilliseconds === undefined ? {} : { timeout: timeoutMilliseconds };
  for (let tried = 1; ; tried += 1) {
    try {
      return await prisma.$transaction(deed, options);
    } catch (error) {
      if (tried === TRIES || !isWriteConflict(error)) throw error;
    }
  }
}

/**
 * Deeds that wait are done together, as questions are (lib/together.ts): in one transaction, or each in one of its own where that failed.
 * @param deeds does them; null for each that it leaves, which is asked for again with those that come next: what was in its way, such as a lock, may be gone
 * @returns does one, together with all that are asked for at this moment; null where it was left each time
 */
export function inSharedTransaction<Q, A>(
  lane: () => Pick<ReturnType<typeof openLane>, "prisma">,
  deeds: (db: Db, asked: readonly Q[]) => Promise<readonly (A | null)[]>,
  asker: (asked: Q) => string,
): (asked: Q) => Promise<A | null> {
  const ask = together<Q, A | null>({
    ask: (asked) => inTransaction(lane(), (db) => deeds(db, asked)),
    isEverybodys: isDatabaseAway,
    asker,
  });
  return async (asked) => {
    for (let tried = 1; ; tried += 1) {
      const done = await ask(asked);
      if (done !== null || tried === TRIES) return done;
    }
  };
}

/** Whether the last page that was asked for met a database that was away. Next.js answers 500 for it; the process makes that 503. */
export const outage = () => oncePerProcess("outage", () => ({ isNow: false }));

/** Serialization failure, deadlock, and Prisma's name for both, which it does not give to raw queries. */
const CONFLICT_CODES = /^(?:40001|40P01|P2034)$/;

/** What a busy tenant may meet: PostgreSQL asked for the transaction to be tried again. */
export function isWriteConflict(error: unknown): boolean {
  return [...causesOf(error)].some((cause) => codesOf(cause).some((code) => CONFLICT_CODES.test(code)));
}
