import type { Installation } from "./installation";
import { askAll, Connection, type Load, requestBytes } from "./load";
import { proof } from "./proofs";

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
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_BODY = { "content-type": "application/json" };

/** @returns the items in turn, for ever */
export function inTurn<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => {
    turn = (turn + 1) % items.length;
    return items[turn] as T;
  };
}

/** What a client says to buy a token, its secret in the body. */
export const clientForm = (clientId: string, clientSecret: string): string =>
  new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  }).toString();

export const tokenRequest = (url: string, clientId: string, clientSecret: string, headers = {}) =>
  requestBytes("POST", url, { ...FORM, ...headers }, clientForm(clientId, clientSecret));

/** Requests that are good for once. */
function stock(make: () => (nonce: string) => Buffer, askNonce: () => Promise<string>) {
  let made: Buffer[] = [];
  let nonce = "";
  return {
    async prepare(requests: number) {
      nonce = await askNonce();
      made = Array.from({ length: requests }, () => make()(nonce));
    },
    next: () => made.pop() ?? make()(nonce),
  };
}

/** @returns an installation's rows; it is given sessions, each with a token of its own, first */
export async function latchkeyRows(
  { server: { url, port, pid }, machines, postgresPid }: Installation,
  mark = "",
): Promise<Row[]> {
  const tokenUrl = `${url}/api/identity/connect/token`;
  const machineOf = (index: number) => machines[index % machines.length] as (typeof machines)[number];
  const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);
  const buying = (index: number, headers = {}) => {
    const { clientId, clientSecret } = machineOf(index);
    return tokenRequest(tokenUrl, clientId, clientSecret, headers);
  };
  const buy = async (requests: readonly Buffer[]) =>
    ((await askAll(port, requests, 200)) as { access_token: string }[]).map((body) => body.access_token);
  const askNonce = async () => {
    const connection = new Connection(port);
    const { head } = await connection.ask(buying(0, { dpop: proof({ htu: tokenUrl, nonce: "" }) }));
    connection.end();
    return /\r\ndpop-nonce: *(\S+)/i.exec(head)?.[1] ?? "";
  };
  const nonce = await askNonce();

  const tokens = await buy(indexes(SESSIONS).map((index) => buying(index)));
  const bound = await buy(
    indexes(BOUND_TOKENS).map((index) => buying(index, { dpop: proof({ htu: tokenUrl, nonce }) })),
  );
  const opening = tokens.map((token, index) =>
    requestBytes(
      "POST",
      `${url}/api/orchestrator/sessions`,
      { ...JSON_BODY, authorization: `Bearer ${token}` },
      JSON.stringify({ hostName: `host-${index}` }),
    ),
  );
  const sessions = (await askAll(port, opening, 201)) as { id: string }[];
  const beatUrl = (index: number) => `${url}/api/orchestrator/sessions/${sessions[index]?.id}/heartbeat`;
  const beating = (index: number, headers: Readonly<Record<string, string>>) =>
    requestBytes("POST", beatUrl(index), { ...JSON_BODY, ...headers }, "{}");
  const beats = tokens.map((token, index) => beating(index, { authorization: `Bearer ${token}` }));

  const boundIndex = inTurn(indexes(BOUND_TOKENS));
  const provenToken = stock(() => {
    const index = boundIndex();
    return (nonce) => buying(index, { dpop: proof({ htu: tokenUrl, nonce }) });
  }, askNonce);
  const provenBeat = stock(() => {
    const index = boundIndex();
    const token = bound[index] ?? "";
    return (nonce) =>
      beating(index, {
        authorization: `DPoP ${token}`,
        dpop: proof({ htu: beatUrl(index), nonce, token }),
      });
  }, askNonce);

  const row = (name: string, limit: string, next: () => Buffer, expectedStatus = 200): Row => ({
    name: name + mark,
    limit,
    next,
    expectedStatus,
    port,
    pid,
    postgresPid,
  });
  const garbage = tokenRequest(tokenUrl, machineOf(0).clientId, "lks_garbage");
  const me = tokens
    .slice(0, ME_TOKENS)
    .map((token) => requestBytes("GET", `${url}/api/orchestrator/me`, { authorization: `Bearer ${token}` }));
  const oneBeat = beats.at(-1) as Buffer;
  const token = `token, ${machines.length} machines`;
  const manyBeats = `heartbeat, ${SESSIONS} sessions`;
  return [
    row(token, BARE.token, inTurn(indexes(machines.length).map((index) => buying(index)))),
    row("garbage refused", BARE.token, () => garbage, 401),
    row(`GET me, ${ME_TOKENS} tokens`, BARE.remembered, inTurn(me)),
    row(manyBeats, BARE.remembered, inTurn(beats)),
    row("heartbeat, one session", BARE.remembered, () => oneBeat),
    { ...row("token, with a proof", token + mark, provenToken.next), prepare: provenToken.prepare },
    { ...row("heartbeat, with a proof", manyBeats + mark, provenBeat.next), prepare: provenBeat.prepare },
  ];
}
