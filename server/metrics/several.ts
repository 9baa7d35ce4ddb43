import type { Worker } from "node:cluster";
import type { Registry } from "prom-client";

/** What one process counts, as it goes from process to process. */
export type Values = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** What processes say to each other; who asks gives the question a number. */
type Said =
  | { readonly kind: "all metrics?" | "own metrics?"; readonly id: number }
  | { readonly kind: "all metrics"; readonly id: number; readonly text: string }
  | { readonly kind: "own metrics"; readonly id: number; readonly values: Values };

/** One that is busy or stopped for longer counts with what it said the last time. */
const PATIENCE_MILLISECONDS = 2_000;
const TWICE_MILLISECONDS = 2 * PATIENCE_MILLISECONDS;

/** Waits for answers to numbered questions. */
class Questions<Answer> {
  readonly #open = new Map<number, (answer: Answer | null) => void>();
  #last = 0;

  /** @returns the answer; null when it takes too long */
  ask(send: (id: number) => void, patienceMilliseconds: number): Promise<Answer | null> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      const impatience = setTimeout(() => this.answer(id, null), patienceMilliseconds);
      this.#open.set(id, (answer) => {
        clearTimeout(impatience);
        resolve(answer);
      });
      send(id);
    });
  }

  answer(id: number, answer: Answer | null): void {
    this.#open.get(id)?.(answer);
    this.#open.delete(id);
  }
}

/**
 * In one of several processes: tells the one that keeps them what this one counts, whenever it asks.
 * @returns asks that one for what all of them count, as text; null when there is no answer
 */
export function joinMetrics(own: Registry): () => Promise<string | null> {
  const questions = new Questions<string>();
  const send = (said: Said) => void process.send?.(said, undefined, undefined, () => undefined);
  process.on("message", async (said: Said) => {
    if (said.kind === "all metrics") questions.answer(said.id, said.text);
    if (said.kind !== "own metrics?") return;
    send({ kind: "own metrics", id: said.id, values: await own.getMetricsAsJSON() });
  });
  return () => questions.ask((id) => send({ kind: "all metrics?", id }), TWICE_MILLISECONDS);
}

const isCounted = ({ type }: Values[number]) => /^(?:counter|histogram)$/.test(String(type));

/**
 * In the process that keeps the others: adds up what they count. What one counted that has ended stays in the sums, up to when it was asked last: a
 * counter that falls is taken for one that began anew.
 */
export class SumOfProcesses {
  readonly #questions = new Questions<Values>();
  readonly #last = new Map<Worker, Values>();
  readonly #gone: Values[] = [];
  #summing: Promise<string> | null = null;

  /** To be told of each process as it begins. */
  add(worker: Worker): void {
    worker.on("message", (said: Said | { readonly kind: "ready" }) => {
      if (said.kind === "ready") this.#last.set(worker, []);
      if (said.kind === "own metrics") this.#questions.answer(said.id, said.values);
      if (said.kind === "all metrics?") void this.#answer(worker, said.id);
    });
    worker.once("exit", () => {
      this.#gone.push((this.#last.get(worker) ?? []).filter(isCounted));
      this.#last.delete(worker);
    });
  }

  async #answer(worker: Worker, id: number): Promise<void> {
    this.#summing ??= this.#sum().finally(() => {
      this.#summing = null;
    });
    const text = await this.#summing;
    worker.send({ kind: "all metrics", id, text } satisfies Said, () => undefined);
  }

  async #sum(): Promise<string> {
    const { AggregatorRegistry } = (await import("prom-client")).default;
    const ask = async (worker: Worker) => {
      const send = (id: number) =>
        void worker.send({ kind: "own metrics?", id } satisfies Said, () => undefined);
      const values = await this.#questions.ask(send, PATIENCE_MILLISECONDS);
      if (values && this.#last.has(worker)) this.#last.set(worker, values);
    };
    await Promise.all([...this.#last.keys()].map(ask));
    const gone = this.#gone.splice(0);
    const sum = AggregatorRegistry.aggregate(gone).getMetricsAsJSON();
    this.#gone.unshift(await sum);
    return AggregatorRegistry.aggregate([...this.#last.values(), ...this.#gone]).metrics();
  }
}
