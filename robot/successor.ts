import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { z } from "zod";
import { type Patience, Unreachable, untilAnswered } from "./back-off";
import { putSecret } from "./env-file";
import { nextKeyOf } from "./key-pair";
import type { Log } from "./log";
import type { Orchestrator } from "./orchestrator";
import type { Credential, Settings } from "./settings";
import { type Tokens, tokenCache } from "./tokens";

/** The hosts of a machine are told at one instant, and come within this time, or within a tenth of what is left. */
const SPREAD_SECONDS = 60;
const SPREAD_SHARE = 0.1;
/** After so many failures in a row it is left for the next time that the stream of events opens. */
const TRIES = 8;

const PROOF_LIFETIME_SECONDS = 60;

const successorSchema = z.object({
  client_id: z.string(),
  client_secret: z.string().min(1).max(1000),
});

const broughtSchema = z.object({ client_id: z.string(), key_id: z.string().max(200) });

/** What the stream of events says of a credential that is to have a successor. */
export type Rotation = {
  /** The address that hands it over, or takes the public half of a new pair. */
  readonly successor: string;
  /** When the one before ends at the latest (ISO 8601). */
  readonly endsAt: string | null;
};

/** A credential that was proved and may be used instead of the one before. */
export type Successor = {
  readonly credential: Credential;
  readonly tokens: Tokens;
  /** Writes the one before back to where it was found. */
  putBack(): unknown;
};

type Tools = {
  readonly orchestrator: Orchestrator;
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly patience: Patience;
  readonly log: Log;
};

/** The public part of a client secret; what has none is named by a word. */
const nameOf = (secret: string) => /^lks_([0-9A-Za-z]{16})_/.exec(secret)?.[1] ?? "(of unknown id)";

/** @returns seconds to wait, so that a fleet does not come all at once */
export function spreadSeconds({ endsAt }: Rotation, now: number, random: () => number): number {
  const left = endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(endsAt) / 1000 - now;
  return random() * Math.min(SPREAD_SECONDS, Math.max(0, left * SPREAD_SHARE));
}

/** Tries a few times. @throws as `untilAnswered`; Unreachable after the last */
function tried<T>(attempt: () => Promise<T>, patience: Patience, signal: AbortSignal): Promise<T> {
  let failures = 0;
  return untilAnswered(
    async () => {
      try {
        return await attempt();
      } catch (error) {
        failures += 1;
        if (!(error instanceof Unreachable) || failures < TRIES) throw error;
        throw new Error(error.message, { cause: error });
      }
    },
    patience,
    signal,
  );
}

const untilOf = ({ endsAt }: Rotation) => (endsAt === null ? "before it ends" : `before ${endsAt}`);

/** Buys a token with a new credential, before it is kept: whenever the robot dies, its file has one that works. */
async function proven(credential: Credential, { settings, patience }: Tools, signal: AbortSignal) {
  const tokens = tokenCache({ ...settings, credential });
  await tried(() => tokens.show("GET", "me"), patience, signal);
  return tokens;
}

/** Makes a pair in the place of the robot's key and brings the public half, with a proof that the new key signed (RFC 7515). */
async function bringKey(
  old: Extract<Credential, { kind: "key" }>,
  rotation: Rotation,
  sessionId: string,
  tools: Tools,
  signal: AbortSignal,
): Promise<Successor | null> {
  const { orchestrator, settings, tokens, patience, log } = tools;
  const next = await nextKeyOf(old);
  const { key, alg, publicJwk: public_key } = next;
  const ask = async () => {
    const iat = tokens.now();
    const exp = iat + PROOF_LIFETIME_SECONDS;
    const claims = { aud: rotation.successor, sub: settings.clientId, jti: randomUUID(), iat, exp };
    const proof = await new SignJWT(claims).setProtectedHeader({ typ: "successor-proof+jwt", alg }).sign(key);
    return orchestrator.send("POST", rotation.successor, { body: { sessionId, public_key, proof }, signal });
  };
  try {
    const { status, body, detail } = await tried(ask, patience, signal);
    if (status !== 200) {
      log(
        `warning: the new key was not taken, give this robot one ${untilOf(rotation)}: ${status} ${detail}`,
      );
      next.drop();
      return null;
    }
    const brought = broughtSchema.parse(body);
    if (brought.client_id !== settings.clientId) return null;
    const credential = { kind: "key", ...next } as const;
    const nextTokens = await proven(credential, tools, signal);
    const whyNot = next.put();
    const what = `key ${brought.key_id} takes the place of ${old.keyId.slice(0, 10)}…`;
    log(
      whyNot === null
        ? `${what}, here and in ${old.file}`
        : `warning: ${what} in this process only (${whyNot}): change this host’s configuration ${untilOf(rotation)}`,
    );
    return { credential, tokens: nextTokens, putBack: () => whyNot === null && next.putBack() };
  } catch (error) {
    if (!signal.aborted) next.drop();
    throw error;
  }
}

async function take(
  rotation: Rotation,
  sessionId: string,
  tools: Tools,
  signal: AbortSignal,
): Promise<Successor | null> {
  const { orchestrator, settings, tokens, patience, log } = tools;
  const { credential, clientId } = settings;
  const { issuer } = await tokens.authentication();
  if (!rotation.successor.startsWith(`${issuer}/`)) {
    log(
      "warning: the address of the new client secret or key is not the identity server’s, and is not asked",
    );
    return null;
  }
  await patience.pause(spreadSeconds(rotation, tokens.now(), patience.random), signal);
  if (credential.kind === "key") return bringKey(credential, rotation, sessionId, tools, signal);
  const ask = () => orchestrator.send("POST", rotation.successor, { body: { sessionId }, signal });
  const { status, body, detail } = await tried(ask, patience, signal);
  if (status !== 200) {
    log(`no new client secret was handed over: ${status} ${detail}`);
    return null;
  }
  const handed = successorSchema.parse(body);
  const [from, to] = [credential.secret, handed.client_secret];
  if (handed.client_id !== clientId || from === to) return null;
  const next = { ...credential, secret: to };
  // From here on it is kept, even if the session has ended meanwhile: the one before may have.
  const nextTokens = await proven(next, tools, signal);
  const { file } = credential;
  const put = (before: string, after: string) =>
    file === undefined
      ? "it did not come from an environment file"
      : putSecret(file, { name: "LATCHKEY_CLIENT_SECRET", before, after });
  const whyNot = put(from, to);
  const what = `client secret ${nameOf(to)} takes the place of ${nameOf(from)}`;
  log(
    whyNot === null
      ? `${what}, here and in ${file}`
      : `warning: ${what} in this process only (${whyNot}): change this host’s configuration ${untilOf(rotation)}`,
  );
  return { credential: next, tokens: nextTokens, putBack: () => whyNot === null && put(to, from) };
}

/**
 * Fetches what takes the place of the robot’s client secret, or makes what takes that of its key; proves it by buying a token, and writes it where the
 * robot found the one before.
 * @returns what to go on with; null where the one before stays, until the stream of events says it again
 */
export async function takeSuccessor(
  rotation: Rotation,
  sessionId: string,
  tools: Tools,
  signal: AbortSignal,
): Promise<Successor | null> {
  try {
    return await take(rotation, sessionId, tools, signal);
  } catch (error) {
    if (!signal.aborted) {
      const reason = error instanceof Error ? error.message : String(error);
      tools.log(`the new client secret or key could not be taken, the one before stays: ${reason}`);
    }
    return null;
  }
}
