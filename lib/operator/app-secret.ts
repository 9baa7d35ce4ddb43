import {
  countByPepper,
  listSecretsLeft,
  type PepperCounts,
  type SecretLeft,
} from "@/lib/credentials/peppers";
import type { Ctx, Db, SystemActor } from "@/lib/ctx";
import { database, inTransaction, isWriteConflict } from "@/lib/db";
import { countBatch, type EncryptedColumn, type EncryptedCounts } from "@/lib/encrypted-column";
import { ENCRYPTED_COLUMNS, reencryptNext } from "@/lib/workflows/change-app-secret";

export type { SecretLeft };

export type ColumnStatus = {
  readonly holds: string;
  readonly counts: EncryptedCounts;
  /** The first rows that open under neither secret. */
  readonly closedIds: readonly string[];
  /** Such rows are refused where they are used, and stop nothing else. */
  readonly areRefusedOneByOne: boolean;
};

/** What is encrypted and peppered under which secret. */
export type AppSecretStatus = {
  readonly places: readonly ColumnStatus[];
  readonly secrets: PepperCounts;
};

const systemCtx = (db: Db): Ctx<SystemActor> => ({ db, actor: { kind: "system" }, now: new Date() });

/** More names than anybody goes after one by one. */
const CLOSED_IDS_MAX = 20;

async function columnStatus(db: Db, place: EncryptedColumn): Promise<ColumnStatus> {
  const sum = { current: 0, previous: 0, neither: 0 };
  const closed: string[] = [];
  for (let after: string | null = null; ; ) {
    const { counts, closedIds, lastId } = await countBatch(db, place, after);
    if (lastId === null) {
      const { holds, areRefusedOneByOne = false } = place;
      return { holds, counts: sum, closedIds: closed, areRefusedOneByOne };
    }
    for (const under of ["current", "previous", "neither"] as const) sum[under] += counts[under];
    closed.push(...closedIds.slice(0, CLOSED_IDS_MAX - closed.length));
    after = lastId;
  }
}

/** Opens everything that is encrypted, so that a wrong APP_SECRET is known before anybody is answered. Writes nothing. */
export async function appSecretStatus(): Promise<AppSecretStatus> {
  const { prisma } = database();
  const places = [];
  for (const place of ENCRYPTED_COLUMNS) places.push(await columnStatus(prisma, place));
  return { places, secrets: await countByPepper(systemCtx(prisma)) };
}

/** @returns the first `limit` client secrets that were not used since APP_SECRET changed. */
export function secretsLeft(limit: number): Promise<SecretLeft[]> {
  return listSecretsLeft(systemCtx(database().prisma), { limit });
}

/** A step that met somebody else's write is done again; it holds its locks for moments only. */
async function step(place: EncryptedColumn, after: string | null) {
  for (;;) {
    try {
      return await inTransaction(database(), (db) => reencryptNext(systemCtx(db), place, after));
    } catch (error) {
      if (!isWriteConflict(error)) throw error;
    }
  }
}

/**
 * Encrypts everything under APP_SECRET that is under the previous one, in small transactions. It may be stopped at any moment
 * and run again, and several may run at once.
 * @param report receives how many of what were encrypted anew
 */
export async function reencryptEverything(report: (count: number, holds: string) => void): Promise<void> {
  for (const place of ENCRYPTED_COLUMNS) {
    let total = 0;
    for (let after: string | null = null; ; ) {
      const { count, lastId } = await step(place, after);
      if (lastId === null) break;
      total += count;
      after = lastId;
    }
    report(total, place.holds);
  }
}
