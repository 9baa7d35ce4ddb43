/** One limit that something counts against: its name, and how many may hold it at once. */
export type Limit = readonly [name: string, most: number];

/** Counts who holds a place under several limits at once, such as that of a network and of the larger one around it. */
export class Places {
  readonly #taken = new Map<string, number>();

  /** @returns what to call when the place is given back, once; null where one of the limits is reached */
  take(limits: readonly Limit[]): (() => void) | null {
    if (limits.some(([name, most]) => (this.#taken.get(name) ?? 0) >= most)) return null;
    for (const [name] of limits) this.#taken.set(name, (this.#taken.get(name) ?? 0) + 1);
    return () => {
      for (const [name] of limits) this.#giveBack(name);
    };
  }

  #giveBack(name: string): void {
    const left = (this.#taken.get(name) ?? 0) - 1;
    if (left > 0) this.#taken.set(name, left);
    else this.#taken.delete(name);
  }
}
