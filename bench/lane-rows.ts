import type { Installation } from "./installation";
import { askAll, Connection, type Load } from "./load";
import { proof } from "./proofs";
import { heartbeatRequest, heartbeatUrl, meRequest, tokenRequest, tokenUrlOf } from "./requests";
import { makeSessions } from "./sessions";

/** A line of the table: what is asked again and again, and of whom. */
export type Row = Load & {
  readonly name: string;
  /** The row that it is compared with; its own name where it is a limit. */
  readonly limit: string;
  /** The server process, and PostgreSQL's first one where it is asked. */
  readonly pid: number;
  readonly postgresPid: number | null;
  /** Makes so many requests that are good for one time only, so that making them is not measured. */
  readonly prepare?: (requests: number) => Promise<void>;
};

export const BARE = {
  token: "bare token",
  tokenSelect: "bare token + one SELECT",
  remembered: "bare remembered token",
  rememberedSelect: "bare remembered token + one SELECT",
} as const;

const ME_TOKENS = 256;
export const SESSIONS = 512;
const BOUND_TOKENS = 64;
/** @returns the items in turn, for ever */
export function inTurn<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => {
    turn = (turn + 1) % items.length;
    return items[turn] as T;
  };
}

/** Requests that are good for once. */
function stock(make: (nonce: string) => Buffer, askNonce: () => Promise<string>) {
  let made: Buffer[] = [];
  let nonce = "";
  return {
    async prepare(requests: number) {
      nonce = await askNonce();
      made = Array.from({ length: requests }, () => make(nonce));
    },
    next: () => made.pop() ?? make(nonce),
  };
}

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);

/** @returns an installation's rows; it is given sessions, each with a token of its own, first */
export async function latchkeyRows(installation: Installation, mark = ""): Promise<Row[]> {
  const { machines, postgresPid } = installation;
  const { url, port, pid } = installation.server;
  const htu = tokenUrlOf(url);
  const machineOf = (index: number) => machines[index % machines.length] as (typeof machines)[number];
  const buying = (index: number) => tokenRequest(htu, machineOf(index));
  const buyingWithProof = (index: number, nonce: string) =>
    tokenRequest(htu, machineOf(index), { dpop: proof({ htu, nonce }) });
  const buy = async (requests: readonly Buffer[]) =>
    ((await askAll(port, requests, 200)) as { access_token: string }[]).map((body) => body.access_token);
  const askNonce = async () => {
    const connection = new Connection(port);
    const { head } = await connection.ask(buyingWithProof(0, ""));
    connection.end();
    return /\r\ndpop-nonce: *(\S+)/i.exec(head)?.[1] ?? "";
  };
  const nonce = await askNonce();

  const tokens = await buy(indexes(SESSIONS).map(buying));
  const bound = await buy(indexes(BOUND_TOKENS).map((index) => buyingWithProof(index, nonce)));
  const sessions = await makeSessions(installation, machines, Math.ceil(SESSIONS / machines.length));
  const idOf = (index: number) => sessions[index]?.id ?? "";
  const beats = tokens.map((token, index) =>
    heartbeatRequest(url, idOf(index), { authorization: `Bearer ${token}` }),
  );
  const beatingWithProof = (index: number, nonce: string) => {
    const [token = "", htu] = [bound[index], heartbeatUrl(url, idOf(index))];
    const headers = { authorization: `DPoP ${token}`, dpop: proof({ htu, nonce, token }) };
    return heartbeatRequest(url, idOf(index), headers);
  };

  const boundIndex = inTurn(indexes(BOUND_TOKENS));
  const provenToken = stock((nonce) => buyingWithProof(boundIndex(), nonce), askNonce);
  const provenBeat = stock((nonce) => beatingWithProof(boundIndex(), nonce), askNonce);

  const row = (name: string, limit: string, next: () => Buffer, expectedStatus = 200): Row => ({
    name: name + mark,
    limit,
    next,
    expectedStatus,
    port,
    pid,
    postgresPid,
  });
  const garbage = tokenRequest(htu, { ...machineOf(0), clientSecret: "lks_garbage" });
  const me = tokens.slice(0, ME_TOKENS).map((token) => meRequest(url, token));
  const token = `token, ${machines.length} machines`;
  const manyBeats = `heartbeat, ${SESSIONS} sessions`;
  return [
    row(token, BARE.token, inTurn(indexes(machines.length).map(buying))),
    row("garbage refused", BARE.token, () => garbage, 401),
    row(`GET me, ${ME_TOKENS} tokens`, BARE.remembered, inTurn(me)),
    row(manyBeats, BARE.remembered, inTurn(beats)),
    row("heartbeat, one session", BARE.remembered, inTurn(beats.slice(-1))),
    { ...row("token, with a proof", token + mark, provenToken.next), prepare: provenToken.prepare },
    { ...row("heartbeat, with a proof", manyBeats + mark, provenBeat.next), prepare: provenBeat.prepare },
  ];
}
