import { randomInt } from "node:crypto";

/** Random values that a seed brings back. */
export type Random = {
  /** @returns a whole number from 0 to below `limit` */
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
  /** @returns up to `limit` characters: everyday ones, odd ones, lone surrogates, NULs */
  text(limit: number): string;
};

// mulberry32: 32 bits of state are plenty to vary test inputs, and a number is easy to copy from a failed run.
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD = [
  "\0",
  "%",
  "%00",
  "%zz",
  "+",
  "&",
  "=",
  ":",
  " ",
  "_",
  "\ud800",
  "\udfff",
  "ß",
  "\u{1f511}",
  "\u202e",
  "\\",
];

function random(seed: number): Random {
  const next = numbers(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const character = () => {
    const kind = below(4);
    if (kind === 0) return ODD[below(ODD.length)] ?? "";
    return String.fromCharCode(kind === 1 ? below(0x1_0000) : 0x20 + below(0x5f));
  };
  return {
    below,
    pick: (values) => {
      const [picked] = values.slice(below(values.length));
      if (picked === undefined) throw new RangeError("there is nothing to pick from");
      return picked;
    },
    text: (limit) => Array.from({ length: below(limit + 1) }, character).join(""),
  };
}

/**
 * Tries a promise with random values, a hundred times unless said otherwise.
 * @throws the first failure with its seed; SEED=<seed> in the environment repeats that run alone
 */
export async function forAny(check: (values: Random) => unknown, times = 100): Promise<void> {
  const given = Number(process.env.SEED ?? 0);
  for (let time = 0; time < (given ? 1 : times); time += 1) {
    const seed = given || randomInt(1, 2 ** 31);
    try {
      await check(random(seed));
    } catch (error) {
      throw new Error(`failed with SEED=${seed}`, { cause: error });
    }
  }
}
