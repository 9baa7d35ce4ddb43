import cluster, { type Worker } from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import type { Lifecycle } from "./lifecycle";
import { StartupError } from "./startup-error";

/** What a process that serves says to the one that started it: that it serves, or why it does not, in a sentence for the operator. */
export type Said = { readonly kind: "ready" } | { readonly kind: "problem"; readonly sentence: string };

/** What it is told when it is to end in order. */
export const STOP = "stop";

/** How several processes are kept. */
export type ProcessesOptions = {
  readonly count: number;
  /** The module that each of them runs, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** How long one may take to end in order before it is killed. */
  readonly stopPatienceMs: number;
  /** Receives a line when one ended and when another has taken its place. */
  readonly report: (line: string) => void;
  /** Is told of each as it begins. */
  readonly begun: (worker: Worker) => void;
};

const PAUSE_MIN_MILLISECONDS = 100;
const PAUSE_MAX_MILLISECONDS = 30_000;
/** One that served for so long did not die of its start. */
const SOUND_MILLISECONDS = 60_000;

type Run = {
  readonly pid: number | undefined;
  /** Resolves when it serves; rejects with a StartupError when it ends without. */
  readonly ready: Promise<void>;
  /** Resolves with what ended it. */
  readonly ended: Promise<string>;
  stop(patienceMs: number): Promise<void>;
};

/**
 * Starts `count` processes that share the ports they listen on, and starts another one whenever one ends. They end with this process: in order
 * by `life`, at once when it is killed. Resolves when all serve.
 * @throws StartupError when one of the first does not.
 */
export async function startProcesses(
  life: Pick<Lifecycle, "before">,
  options: ProcessesOptions,
): Promise<void> {
  const { count, script, args, stopPatienceMs, report, begun } = options;
  // Each accepts for itself. Handing out connections in turn costs this process 0.09 ms for each, and waits for an answer each time.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: script, args: [...args] });
  const runs = new Set<Run>();
  let stopping = false;
  life.before("the processes that serve", async () => {
    stopping = true;
    await Promise.all([...runs].map((run) => run.stop(stopPatienceMs)));
  });
  const begin = () => {
    const run = fork(report, begun);
    runs.add(run);
    void run.ended.then(() => runs.delete(run));
    return run;
  };

  const keep = async (first: Run): Promise<void> => {
    let pauseMs = PAUSE_MIN_MILLISECONDS;
    for (let run = first; ; ) {
      const begunAt = performance.now();
      const how = await run.ended;
      if (stopping) return;
      pauseMs =
        performance.now() - begunAt > SOUND_MILLISECONDS
          ? PAUSE_MIN_MILLISECONDS
          : Math.min(pauseMs * 2, PAUSE_MAX_MILLISECONDS);
      report(`process ${run.pid} ended unexpectedly (${how}); another is started in ${pauseMs / 1000} s`);
      await delay(pauseMs);
      if (stopping) return;
      run = begin();
      run.ready.then(
        () => report(`process ${run.pid} serves in its place`),
        (error: Error) => stopping || report(error.message),
      );
    }
  };

  const first = Array.from({ length: count }, begin);
  await Promise.all(first.map(({ ready }) => ready));
  for (const run of first) void keep(run);
}

function fork(report: ProcessesOptions["report"], begun: ProcessesOptions["begun"]): Run {
  const worker = cluster.fork();
  begun(worker);
  const { pid } = worker.process;
  const ended = untilEnd(worker);
  const ready = new Promise<void>((resolve, reject) => {
    worker.on("message", (said: Said) => {
      if (said.kind === "ready") resolve();
      else if (said.kind === "problem") reject(new StartupError(said.sentence));
    });
    void ended.then((how) =>
      reject(
        new StartupError(
          `One of the processes that serve ended before it was ready (${how}); the log says why.`,
        ),
      ),
    );
  });
  ready.catch(() => undefined);
  return {
    pid,
    ready,
    ended,
    async stop(patienceMs) {
      // It may be gone already.
      worker.send(STOP, () => undefined);
      const impatience = setTimeout(() => {
        report(`process ${pid} does not end and is killed`);
        worker.process.kill("SIGKILL");
      }, patienceMs);
      await ended;
      clearTimeout(impatience);
    },
  };
}

function untilEnd(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
    // Of one that was never there no exit is told. What else fails is a word that did not reach it, and it ends of that.
    worker.on("error", (error) => worker.process.pid === undefined && resolve(error.message));
  });
}
