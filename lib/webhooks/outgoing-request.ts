import { lookup } from "node:dns/promises";
import { type ClientRequest, type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { isIP, isIPv6, type LookupFunction } from "node:net";
import { isPublicAddress, type Networks } from "@/lib/network";
import { SECOND_MILLISECONDS } from "@/lib/time";
import type { FailureWord } from "./schema";

/** From the question for the name to the end of the answer. */
const DEADLINE_SECONDS = 15;
const ANSWER_MAX_BYTES = 4 * 1024;

/** @returns all addresses of a name, or none */
export type Resolve = (hostName: string) => Promise<readonly string[]>;

export type Outgoing = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Surroundings = {
  /** What may be asked although it is not public. */
  readonly allowed: Networks;
  readonly resolve?: Resolve;
  /** Ends it early. */
  readonly signal?: AbortSignal;
};

/** What came of it: an answer, whatever it says, with the beginning of its body; or why there was none. */
export type Outcome =
  | { readonly status: number; readonly text: string }
  | { readonly status: null; readonly failure: FailureWord };

class NotSent extends Error {
  constructor(readonly failure: FailureWord) {
    super(failure);
  }
}

const resolveName: Resolve = async (hostName) =>
  (await lookup(hostName, { all: true })).map(({ address }) => address);

/** @returns the address that a URL names in place of a host's name; null for a name. Other spellings of IPv4 are gone in a URL (WHATWG URL §3.5) */
export function literalAddress({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(bare) > 0 ? bare : null;
}

async function addressesOf(url: URL, { resolve = resolveName }: Surroundings): Promise<readonly string[]> {
  const literal = literalAddress(url);
  if (literal !== null) return [literal];
  const found = await resolve(url.hostname).catch(() => []);
  if (found.length === 0) throw new NotSent("unresolved");
  return found;
}

/** One address that is not allowed spoils the name: whoever owns it chooses which one is tried. */
function requireAllowed(url: URL, addresses: readonly string[], allowed: Networks): void {
  if (!addresses.every((address) => isPublicAddress(address) || allowed.includes(address)))
    throw new NotSent("address_not_allowed");
  if (url.protocol !== "https:" && !addresses.every((address) => allowed.includes(address)))
    throw new NotSent("not_https");
}

/** Has the socket connect to what was checked, and ask nobody for the name again. */
const only =
  (addresses: readonly string[]): LookupFunction =>
  (_hostName, { all }, callback) => {
    const [first, ...others] = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (!first) return callback(new Error("no address"), "");
    if (all) return callback(null, [first, ...others]);
    callback(null, first.address, first.family);
  };

async function firstBytes(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop closes the connection, whatever else would come.
    if (length >= ANSWER_MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_MAX_BYTES).toString("utf8");
}

/** How far the connection came says what was in the way. */
function failureOf(request: ClientRequest): () => FailureWord {
  let failure: FailureWord = "not_reached";
  request.on("socket", (socket) => {
    socket.once("connect", () => {
      failure = "encrypted" in socket ? "not_encrypted" : "no_answer";
    });
    socket.once("secureConnect", () => {
      failure = "no_answer";
    });
  });
  return () => failure;
}

function send(url: URL, { headers, body }: Outgoing, addresses: readonly string[], signal: AbortSignal) {
  const begin = url.protocol === "https:" ? overHttps : overHttp;
  const request = begin(url, {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    // A connection that is kept would lead to where the name pointed some time ago.
    agent: false,
    lookup: only(addresses),
    rejectUnauthorized: true,
    signal,
  });
  const failure = failureOf(request);
  return new Promise<Outcome>((resolve, reject) => {
    request.once("error", () => reject(new NotSent(failure())));
    request.once("response", (answer) => {
      const status = answer.statusCode ?? 0;
      firstBytes(answer).then(
        (text) => resolve({ status, text }),
        () => reject(new NotSent("no_answer")),
      );
    });
    request.end(body);
  });
}

/**
 * Posts to a stranger's address: redirects are an answer like others and are not followed, TLS is verified, at most 15 s are waited and
 * 4 KB read. The name is resolved once, all its addresses are checked, and the connection goes to those and no others, so that a name
 * that changes leads nowhere else. What is not public must be allowed, and only what is allowed is asked without TLS.
 * @returns what came of it; `stopped` only where the given signal ended it
 */
export async function post(outgoing: Outgoing, surroundings: Surroundings): Promise<Outcome> {
  const deadline = AbortSignal.timeout(DEADLINE_SECONDS * SECOND_MILLISECONDS);
  const given = surroundings.signal;
  const signal = given ? AbortSignal.any([deadline, given]) : deadline;
  const ended = new Promise<never>((_, reject) => {
    const end = () => reject(new NotSent("too_slow"));
    if (signal.aborted) return end();
    signal.addEventListener("abort", end, { once: true });
  });
  ended.catch(() => undefined);
  try {
    const addresses = await Promise.race([addressesOf(outgoing.url, surroundings), ended]);
    requireAllowed(outgoing.url, addresses, surroundings.allowed);
    return await Promise.race([send(outgoing.url, outgoing, addresses, signal), ended]);
  } catch (error) {
    if (given?.aborted) return { status: null, failure: "stopped" };
    if (deadline.aborted) return { status: null, failure: "too_slow" };
    if (error instanceof NotSent) return { status: null, failure: error.failure };
    throw error;
  }
}
