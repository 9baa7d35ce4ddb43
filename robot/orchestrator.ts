import { z } from "zod";
import { Unreachable } from "./back-off";
import { withDeadline } from "./deadline";
import type { Log } from "./log";
import { wantsAnotherProof } from "./proofs";
import type { Tokens } from "./tokens";

const TIMEOUT_SECONDS = 20;

/** Says "later" whatever is asked: a token that is not good any more, a busy server, a proxy whose server is away. */
const LATER: ReadonlySet<number> = new Set([401, 408, 425, 429, 502, 503, 504]);

const unusable = (reason: string, status: number, retryAfterSeconds = 0) =>
  new Unreachable(reason, retryAfterSeconds, LATER.has(status) ? {} : { status });

const problemSchema = z.object({
  detail: z.string().default(""),
  state: z.string().optional(),
  code: z.string().optional(),
});

/** What the server said, as far as it needs to be understood here. */
export type Answer = {
  readonly status: number;
  /** The JSON body, or undefined when there is none. */
  readonly body: unknown;
  /** The sentence of a problem document; empty for a success. */
  readonly detail: string;
  /** The state that a job has, where that is the problem. */
  readonly state: string | undefined;
  /** The problem, where a robot can do something about it. */
  readonly code: string | undefined;
};

/** What a request may have besides an address. */
export type Asking = {
  readonly body?: object;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
};

/** The robot API of one portal. */
export type Orchestrator = {
  /**
   * @param path below the orchestrator, or a whole address of the identity server
   * @throws Unreachable when there is no answer, or one that says "later"; RobotEnd `cut` when the token is refused and no other is sold
   */
  send(method: string, path: string, asking?: Asking): Promise<Answer>;
  /**
   * Opens a stream; the caller reads its body and aborts it by the signal.
   * @throws as `send`
   */
  open(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>;
  /**
   * Goes on with the tokens of another credential once something was done with them. Meanwhile nothing else is under way: the server would
   * take what is said with the one for a stranger's while the session is on the other.
   * @param deed gets an orchestrator that has the new tokens already; when it throws, the old ones stay
   */
  moveTo<T>(next: Tokens, deed: (moved: Orchestrator) => Promise<T>): Promise<T>;
};

/** @returns an answer with its body read, so that the connection is free again */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    // A proxy's page, for instance.
    throw unusable(`it answers ${response.status} with something that is not JSON`, response.status);
  }
  const problem = response.ok ? null : (problemSchema.safeParse(body).data ?? null);
  const { detail = "", state, code } = problem ?? {};
  return { status: response.status, body, detail, state, code };
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Unreachable) return error.message;
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};

/** Talks to the portal at `url` with whatever token is good at the moment. */
export function orchestratorAt(url: URL, given: Tokens, log: Log): Orchestrator {
  const base = `${url.href.replace(/\/$/, "")}/api/orchestrator/`;
  const underWay = new Set<Promise<unknown>>();
  let tokens = given;
  let moving: Promise<void> | undefined;
  let isReached = true;

  async function ask(path: string, init: RequestInit): Promise<{ token: string; response: Response }> {
    for (let isFirst = true; ; isFirst = false) {
      const shown = await tokens.show(init.method ?? "GET", path);
      const headers = { ...init.headers, ...shown.headers };
      const address = URL.canParse(path) ? path : base + path;
      const response = await fetch(address, { ...init, headers, redirect: "error" });
      tokens.hear(response);
      if (!isFirst || !wantsAnotherProof(response)) return { token: shown.token, response };
      await response.body?.cancel();
    }
  }

  async function request(path: string, init: RequestInit): Promise<Response> {
    for (let isFirst = true; ; isFirst = false) {
      const { token, response } = await ask(path, init);
      const { status } = response;
      if (!LATER.has(status) && status < 500) return response;
      await response.body?.cancel();
      if (status === 401) tokens.refuse(token);
      if (status !== 401 || !isFirst) {
        const retryAfter = Number(response.headers.get("retry-after") ?? 0);
        throw unusable(`it answers ${status}`, status, Math.min(60, Math.max(0, retryAfter || 0)));
      }
    }
  }

  /** Says once that the server is lost and once that it is back, however many requests notice. */
  async function noticing<T>(asked: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      const answer = await asked();
      if (!isReached) log("the server answers again");
      isReached = true;
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      const isFailure = error instanceof TypeError || error instanceof DOMException;
      if (!isFailure && !(error instanceof Unreachable)) throw error;
      if (isReached) log(`the server cannot be reached; jobs go on, trying again: ${reasonOf(error)}`);
      isReached = false;
      throw isFailure ? new Unreachable(reasonOf(error), 0, { cause: error }) : error;
    }
  }

  /** Waits while the host moves to another credential. */
  async function untilMoved(signal: AbortSignal | undefined): Promise<void> {
    const given = new AbortController();
    const isOver =
      signal &&
      new Promise((_, reject) => {
        const end = () => reject(signal.reason);
        signal.addEventListener("abort", end, { signal: given.signal });
        if (signal.aborted) end();
      });
    try {
      while (moving) await Promise.race([moving, ...(isOver ? [isOver] : [])]);
    } finally {
      given.abort();
    }
  }

  /** Notes a request until it is answered. */
  async function noted<T>(asked: Promise<T>): Promise<T> {
    underWay.add(asked);
    try {
      return await asked;
    } finally {
      underWay.delete(asked);
    }
  }

  return {
    async send(method, path, { body, timeoutSeconds = TIMEOUT_SECONDS, signal } = {}) {
      if (moving) await untilMoved(signal);
      const json = body && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      };
      const ask = async (either: AbortSignal) =>
        readAnswer(await request(path, { method, signal: either, ...json }));
      return noted(noticing(() => withDeadline(timeoutSeconds, signal, ask), signal));
    },
    open: (path, headers, signal) =>
      noticing(() => request(path, { headers: { ...headers, accept: "text/event-stream" }, signal }), signal),
    async moveTo(next, deed) {
      let free: () => void = () => undefined;
      moving = new Promise((resolve) => {
        free = resolve;
      });
      try {
        await Promise.allSettled(underWay);
        const done = await deed(orchestratorAt(url, next, log));
        tokens = next;
        return done;
      } finally {
        moving = undefined;
        free();
      }
    },
  };
}
