import type { Db } from "./ctx";
import { type EncryptedUnder, type Purpose, type Renewal, rebound, reencrypt } from "./keys";

export type { Renewal };

/** A row that holds something encrypted, or a MAC. `wasBoundTo` is what an older version bound it to. */
export type EncryptedRow = {
  readonly id: string;
  readonly encrypted: Uint8Array;
  readonly boundTo: string;
  readonly wasBoundTo?: string;
};

/** A column of encrypted values, as the room that owns it lends it to a change of APP_SECRET. */
export type EncryptedColumn = {
  /** What it holds, in the plural. */
  readonly holds: string;
  readonly purpose: Purpose;
  /** @returns up to `limit` rows after the one of that id (null: from the first), in the order of their ids */
  rowsAfter(db: Db, id: string | null, limit: number): Promise<EncryptedRow[]>;
  /** Puts `anew` where `row.encrypted` still is. @returns false when somebody wrote another value first */
  replace(db: Db, row: EncryptedRow, anew: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** For what is a MAC over `boundTo` and not encrypted bytes. */
  readonly renewal?: (row: EncryptedRow) => Renewal;
  /** A row under neither secret is refused where it is used, and stops nothing else. */
  readonly areRefusedOneByOne?: true;
};

const renewalOf = (place: EncryptedColumn, row: EncryptedRow): Renewal =>
  place.renewal?.(row) ?? reencrypt(place.purpose, row.encrypted, row.boundTo);

/** How many rows are encrypted under which secret. */
export type EncryptedCounts = Readonly<Record<EncryptedUnder, number>>;

/** Small enough that nobody waits for its locks, which a batch holds until it is committed. */
const BATCH_ROWS = 100;
/** Reading locks nothing. */
const COUNTED_ROWS = 1_000;

type Batch = {
  readonly counts: EncryptedCounts;
  /** The rows that open under neither secret. */
  readonly closedIds: readonly string[];
  readonly lastId: string | null;
};

const counted = (unders: readonly EncryptedUnder[]): EncryptedCounts => {
  const count = (which: EncryptedUnder) => unders.filter((under) => under === which).length;
  return { current: count("current"), previous: count("previous"), neither: count("neither") };
};

/** @returns how the next rows are encrypted, and where to go on; null after the last */
export async function countBatch(db: Db, place: EncryptedColumn, after: string | null): Promise<Batch> {
  const rows = await place.rowsAfter(db, after, COUNTED_ROWS);
  const unders = rows.map((row) => renewalOf(place, row).under);
  const closed = rows.filter((_, index) => unders[index] === "neither");
  return { counts: counted(unders), closedIds: closed.map(({ id }) => id), lastId: rows.at(-1)?.id ?? null };
}

/** Encrypts the next rows under APP_SECRET that were under the previous one. @returns how many, and where to go on */
export async function reencryptBatch(
  db: Db,
  place: EncryptedColumn,
  after: string | null,
): Promise<{ readonly count: number; readonly lastId: string | null }> {
  const rows = await place.rowsAfter(db, after, BATCH_ROWS);
  let count = 0;
  for (const row of rows) {
    const resealed = renewalOf(place, row);
    if (resealed.under === "previous" && (await place.replace(db, row, resealed.anew))) count += 1;
  }
  return { count, lastId: rows.at(-1)?.id ?? null };
}

/** Binds to `boundTo` what an older version bound to less. @returns how many rows there were of that kind */
export async function rebindAll(db: Db, place: EncryptedColumn): Promise<number> {
  let count = 0;
  for (let after: string | null = null; ; ) {
    const rows = await place.rowsAfter(db, after, COUNTED_ROWS);
    for (const row of rows) {
      const { encrypted, boundTo: to, wasBoundTo: from } = row;
      const anew = from === undefined ? null : rebound(place.purpose, encrypted, { from, to });
      if (anew && (await place.replace(db, row, anew))) count += 1;
    }
    const last = rows.at(-1);
    if (!last) return count;
    after = last.id;
  }
}
