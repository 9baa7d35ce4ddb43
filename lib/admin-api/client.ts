import { z } from "zod";
import { ADMIN_API_PATH, type AnswerOf, type Operation } from "./operation";
import { LIMIT_MAX } from "./shapes";

type In<S> = S extends z.ZodType ? z.input<S> : unknown;

/** What an operation is sent: path, query and body in one, as JSON has them (an instant is RFC 3339). */
export type SentTo<O extends Operation> = In<O["params"]> & In<O["query"]> & In<O["body"]>;

/** A row of a list. */
export type RowOf<O extends Operation> =
  AnswerOf<O["answer"]> extends { readonly items: readonly (infer Row)[] } ? Row : never;

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  traceId: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).default([]),
});

/** A refusal: a problem document (RFC 9457). Decide by `code`; sentences are for people. */
export class AdminProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly traceId: string | undefined;
  /** The members or parameters that are not as they should be. */
  readonly errors: readonly { readonly field: string; readonly detail: string }[];

  constructor(status: number, { code, detail, traceId, errors }: z.output<typeof problemSchema>) {
    super(detail);
    this.name = "AdminProblem";
    this.status = status;
    this.code = code;
    this.traceId = traceId;
    this.errors = errors;
  }
}

/** No usable answer came, however often it was asked. What was asked may have been done. */
export class AdminApiAway extends Error {
  override readonly name = "AdminApiAway";
}

/** It was done, and the answer that had the secrets was lost: its repeat has none. What it names is to be rotated. */
export class SecretsShown extends Error {
  override readonly name = "SecretsShown";
  /** The answer without the values of secrets, as JSON. */
  readonly answer: unknown;

  constructor(answer: unknown) {
    super("It was done, but the answer with the secrets was lost, and they are shown once. Rotate them.");
    this.answer = answer;
  }
}

export type AskOptions = {
  /** Names the request, so that it is done once; a POST gets a random one unless it is given. */
  readonly idempotencyKey?: string;
  /** The `revision` that was read, where the operation asks for it. */
  readonly ifMatch?: number;
  readonly signal?: AbortSignal;
};

export type AdminClient = {
  /**
   * Asks an operation of the contract.
   * @returns its answer, instants as Date
   * @throws AdminProblem, AdminApiAway, SecretsShown; whatever `token` throws
   */
  ask<O extends Operation & { readonly preview: z.ZodType }>(
    operation: O,
    input: SentTo<O>,
    options: AskOptions & { readonly dryRun: true },
  ): Promise<AnswerOf<O["preview"]>>;
  ask<O extends Operation>(
    operation: O,
    input: SentTo<O>,
    options?: AskOptions,
  ): Promise<AnswerOf<O["answer"]>>;
  /** Goes through a list, page by page. @throws as `ask` */
  rows<O extends Operation>(operation: O, input: SentTo<O>): AsyncGenerator<RowOf<O>, void, undefined>;
};

export type AdminClientOptions = {
  /** Where the server is found, e.g. `https://latchkey.example.com`. */
  readonly origin: string;
  /** Gives an access token for the admin API; gets the one that was refused, so that it gives another. */
  readonly token: (refused?: string) => Promise<string>;
  /** Instead of the global one; it may add a DPoP proof (RFC 9449). */
  readonly fetch?: (
    address: string,
    init: RequestInit & { headers: Record<string, string> },
  ) => Promise<Response>;
};

const ATTEMPTS = 4;
const TIMEOUT_SECONDS = 120;
const PAUSE_MAX_SECONDS = 30;
/** Says "later": nothing was done. */
const LATER: readonly number[] = [429, 502, 503, 504];

const picked = (schema: z.ZodObject | undefined, input: Readonly<Record<string, unknown>>) =>
  Object.keys(schema?.shape ?? {}).flatMap((name) =>
    input[name] === undefined ? [] : [[name, input[name]] as const],
  );

function addressOf(
  origin: string,
  { path, params, query }: Operation,
  input: object,
  dryRun: boolean,
): string {
  const members = input as Readonly<Record<string, unknown>>;
  let place = path;
  for (const [name, value] of picked(params, members))
    place = place.replace(`{${name}}`, encodeURIComponent(String(value)));
  const asked = new URLSearchParams(picked(query, members).map(([name, value]) => [name, String(value)]));
  if (dryRun) asked.set("dryRun", "true");
  const said = asked.size > 0 ? `?${asked}` : "";
  return `${origin.replace(/\/$/, "")}${ADMIN_API_PATH}${place}${said}`;
}

/** With full jitter, so that many who wait do not come back together; never sooner than the server asked for. */
async function pause(attempt: number, retryAfter: string | null, signal: AbortSignal | undefined) {
  const asked = Math.max(0, Number(retryAfter ?? 0) || 0);
  const seconds = Math.min(PAUSE_MAX_SECONDS, asked + Math.random() * 2 ** (attempt - 1));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function parsedJson(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hasShown = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "secretsShown" in body && body.secretsShown === true;

/**
 * The admin API, typed by its contract. What says "later" is asked again a few times; so is what got no answer, unless that could do it twice.
 */
export function adminClient({ origin, token, fetch = globalThis.fetch }: AdminClientOptions): AdminClient {
  async function send(
    operation: Operation,
    address: string,
    init: { headers: Record<string, string> },
    signal?: AbortSignal,
  ) {
    const { method } = operation;
    const isRepeatable = method === "GET" || method === "POST";
    let shown = await token();
    let isNew = false;
    for (let attempt = 1; ; attempt += 1) {
      const timeout = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
      const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const headers = { ...init.headers, authorization: `Bearer ${shown}` };
      let answer: { readonly response: Response; readonly text: string };
      try {
        const response = await fetch(address, {
          ...init,
          headers,
          method,
          redirect: "error",
          signal: either,
        });
        answer = { response, text: await response.text() };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
        const reason = error.cause instanceof Error ? error.cause.message : error.message;
        if (attempt === ATTEMPTS || !isRepeatable)
          throw new AdminApiAway(`${origin} does not answer: ${reason}`, { cause: error });
        await pause(attempt, null, signal);
        continue;
      }
      const { status, headers: said } = answer.response;
      if (status === 401 && !isNew) {
        isNew = true;
        shown = await token(shown);
      } else if (LATER.includes(status) && attempt < ATTEMPTS)
        await pause(attempt, said.get("retry-after"), signal);
      else return answer;
    }
  }

  async function ask(
    operation: Operation,
    input: object,
    options: AskOptions & { readonly dryRun?: true } = {},
  ): Promise<unknown> {
    const { method, body, answer, preview } = operation;
    const { dryRun, idempotencyKey, ifMatch, signal } = options;
    const headers: Record<string, string> = {
      accept: "application/json",
      ...(body && { "content-type": "application/json" }),
      ...(method === "POST" && { "idempotency-key": idempotencyKey ?? crypto.randomUUID() }),
      ...(ifMatch !== undefined && { "if-match": `"${ifMatch}"` }),
    };
    const members = Object.fromEntries(picked(body, input as Record<string, unknown>));
    const init = { headers, ...(body && { body: JSON.stringify(members) }) };
    const address = addressOf(origin, operation, input, dryRun ?? false);
    const { response, text } = await send(operation, address, init, signal);
    const said = parsedJson(text);
    if (!response.ok) {
      const problem = problemSchema.safeParse(said);
      if (problem.success && !LATER.includes(response.status))
        throw new AdminProblem(response.status, problem.data);
      throw new AdminApiAway(problem.data?.detail ?? `${origin} answers ${response.status}.`);
    }
    const schema = dryRun ? preview : answer;
    if (!schema) return undefined;
    if (hasShown(said)) throw new SecretsShown(said);
    const parsed = schema.safeParse(said);
    if (parsed.success) return parsed.data;
    throw new AdminApiAway(`${origin} does not answer as Latchkey's admin API does.`, {
      cause: parsed.error,
    });
  }

  async function* rows(operation: Operation, input: object): AsyncGenerator<unknown, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = (await ask(operation, { limit: LIMIT_MAX, ...input, ...(cursor && { cursor }) })) as {
        readonly items: readonly unknown[];
        readonly next?: string | null;
      };
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  // The contract says what each operation takes and answers.
  return { ask, rows } as AdminClient;
}
