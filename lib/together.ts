/** How many questions one statement answers at the most. */
const TOGETHER_MAX = 256;

/** A statement that takes longer than this no longer keeps the next from starting. Never are more than two under way. */
const PATIENCE_MILLISECONDS = 250;

type Waiting<Q, A> = {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
};

export type Together<Q, A> = {
  /** Answers questions in their order. It is called for those that have arrived, and begins after the last of them. */
  readonly ask: (questions: readonly Q[]) => Promise<readonly A[]>;
  /** Whether a failure says nothing about what was asked: the database is away, and asking one by one would not help. */
  readonly isEverybodys: (error: unknown) => boolean;
  /** Who asks. When more wait than one statement takes, everybody who asks has a turn before anybody has a second one. */
  readonly asker?: (question: Q) => string;
};

/**
 * Group commit for questions: what waits is asked together, one statement at a time, and the next begins after its questions arrived.
 * So an answer is never older than its question, and no cache stands between. A statement that fails is asked again question by
 * question: nobody fails because of what another one asked.
 * @returns asks one question
 */
export function together<Q, A>({ ask, isEverybodys, asker }: Together<Q, A>): (question: Q) => Promise<A> {
  let waiting: Waiting<Q, A>[] = [];
  let underWay = 0;
  let late = 0;
  let isAboutToStart = false;

  function startSoon(): void {
    if (isAboutToStart || waiting.length === 0 || underWay > late || underWay > 1) return;
    isAboutToStart = true;
    // After everything that has come in on all connections was read.
    setImmediate(() => {
      isAboutToStart = false;
      void answerNext();
    });
  }

  async function answerNext(): Promise<void> {
    const batch = nextBatch();
    underWay += 1;
    let isLate = false;
    const impatience = setTimeout(() => {
      isLate = true;
      late += 1;
      startSoon();
    }, PATIENCE_MILLISECONDS);
    await answer(batch);
    clearTimeout(impatience);
    underWay -= 1;
    if (isLate) late -= 1;
    startSoon();
  }

  function nextBatch(): readonly Waiting<Q, A>[] {
    if (waiting.length <= TOGETHER_MAX) {
      const batch = waiting;
      waiting = [];
      return batch;
    }
    const chosen = asker ? inTurns(waiting, asker) : waiting;
    waiting = chosen.slice(TOGETHER_MAX);
    return chosen.slice(0, TOGETHER_MAX);
  }

  async function answer(batch: readonly Waiting<Q, A>[]): Promise<void> {
    try {
      const answers = await ask(batch.map(({ question }) => question));
      batch.forEach(({ resolve }, at) => {
        resolve(answers[at] as A);
      });
    } catch (error) {
      if (batch.length === 1 || isEverybodys(error)) for (const { reject } of batch) reject(error);
      else for (const one of batch) await answer([one]);
    }
  }

  return (question) =>
    new Promise<A>((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      startSoon();
    });
}

/** @returns the first of each asker, then the second of each, and so on; of one asker the oldest first */
function inTurns<Q, A>(waiting: readonly Waiting<Q, A>[], asker: (question: Q) => string): Waiting<Q, A>[] {
  const turns = new Map<string, number>();
  const rounds: Waiting<Q, A>[][] = [];
  for (const one of waiting) {
    const name = asker(one.question);
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    rounds[turn] ??= [];
    rounds[turn].push(one);
  }
  return rounds.flat();
}
