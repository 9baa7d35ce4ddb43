import { folded } from "@/lib/fold";

type Entry = {
  readonly name: string;
  readonly previousName?: string | undefined;
  readonly absent?: true | undefined;
};

export type Matched<E, T> = {
  /** What an entry is about, in the order in which new names become free; an entry that is about nothing there is missing. */
  readonly found: ReadonlyMap<E, T>;
  /** What no entry is about. */
  readonly others: readonly T[];
};

/**
 * Finds what each entry of a file is about: what has its name, whatever the case; or, as long as nothing has it, what has its previous name.
 * @param entries with each name once, and each previous name once
 */
export function matched<E extends Entry, T extends { readonly name: string }>(
  entries: readonly E[],
  there: readonly T[],
): Matched<E, T> {
  const byName = new Map(there.map((one) => [folded(one.name), one]));
  const found = new Map<E, T>();
  const free = new Set(there);
  const named = (name: string | undefined) => {
    const one = name === undefined ? undefined : byName.get(folded(name));
    return one && free.has(one) ? one : undefined;
  };
  const take = (entry: E, one: T) => {
    found.set(entry, one);
    free.delete(one);
  };
  const renamed = entries.filter(({ previousName }) => previousName !== undefined);
  // One that gets another name leaves its own to the next.
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const entry of renamed) {
      const previous = named(entry.previousName);
      if (!found.has(entry) && previous && !named(entry.name)) take(entry, previous);
    }
  }
  for (const entry of entries) {
    const own = found.has(entry) ? undefined : named(entry.name);
    if (own) take(entry, own);
  }
  return { found, others: [...free] };
}
