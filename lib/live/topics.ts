/** Who hears of what: a set of hearers for each topic, so that whoever comes or goes costs the same however many there are. */
export class Topics<Said> {
  readonly #hearers = new Map<string, Set<(said: Said) => void>>();

  /** @returns stops hearing */
  hear(topics: readonly string[], hearer: (said: Said) => void): () => void {
    for (const topic of topics) this.#of(topic).add(hearer);
    return () => {
      for (const topic of topics) this.#leave(topic, hearer);
    };
  }

  tell(topic: string, said: Said): void {
    for (const hearer of this.#hearers.get(topic) ?? []) hearer(said);
  }

  /** Tells everybody, whatever they hear of; who hears of several topics is told several times. */
  tellAll(said: Said): void {
    for (const topic of [...this.#hearers.keys()]) this.tell(topic, said);
  }

  /** @returns how many hear of it */
  count(topic: string): number {
    return this.#hearers.get(topic)?.size ?? 0;
  }

  #of(topic: string): Set<(said: Said) => void> {
    const known = this.#hearers.get(topic);
    if (known) return known;
    const hearers = new Set<(said: Said) => void>();
    this.#hearers.set(topic, hearers);
    return hearers;
  }

  #leave(topic: string, hearer: (said: Said) => void): void {
    const hearers = this.#hearers.get(topic);
    hearers?.delete(hearer);
    if (hearers?.size === 0) this.#hearers.delete(topic);
  }
}
