import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";

/**
 * The least that this machine can do: sell a token (read the body, one HMAC, one ES256 signature), answer whoever shows a token that is
 * remembered, and each of them with one prepared SELECT. No checks. It runs in a process of its own, as the server does, on an empty database.
 */
export type Floor = {
  readonly port: number;
  /** What clients that are remembered show in `Authorization`. */
  readonly shown: readonly string[];
};

const CLIENTS = 1_024;
/** About as long as an access token of ours. */
const shown = Array.from({ length: CLIENTS }, (_, id) => `Bearer ${String(id).padStart(700, "t")}`);
const remembered = new Map(shown.map((token, id) => [token, id]));
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pepper = randomBytes(32);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

await pool.query(`
  CREATE TABLE clients AS
    SELECT id, sha256(id::text::bytea) AS digest, 'machine ' || id AS name FROM generate_series(0, ${CLIENTS - 1}) id;
  ALTER TABLE clients ADD PRIMARY KEY (id);
  ANALYZE clients`);

/** @returns the row of a client, looked up by its number */
async function find(id: number): Promise<object> {
  const text = "SELECT id, digest, name FROM clients WHERE id = $1";
  const { rows } = await pool.query<{ name: string }>({ name: "find", text, values: [id] });
  if (!rows[0]) throw new Error(`there is no client ${id}`);
  return { id, name: rows[0].name };
}

function answer(response: ServerResponse, data: object): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(data));
}

function sell(response: ServerResponse, body: Buffer): void {
  const digest = createHmac("sha256", pepper).update(body).digest();
  const signature = sign("sha256", digest, { key: privateKey, dsaEncoding: "ieee-p1363" });
  answer(response, { access_token: signature.toString("base64url"), token_type: "Bearer" });
}

function withBody(request: IncomingMessage, use: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => use(Buffer.concat(chunks)));
}

const idOf = ({ headers }: IncomingMessage) => remembered.get(headers.authorization ?? "") ?? -1;
let turn = 0;

const doing: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  "/token": (request, response) => withBody(request, (body) => sell(response, body)),
  "/token-select": (request, response) =>
    withBody(request, async (body) => {
      turn = (turn + 1) % CLIENTS;
      await find(turn);
      sell(response, body);
    }),
  "/remembered": (request, response) => answer(response, { id: idOf(request), name: "machine" }),
  "/remembered-select": async (request, response) => answer(response, await find(idOf(request))),
};

const server = createServer((request, response) => doing[request.url ?? ""]?.(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const floor: Floor = { port: (server.address() as AddressInfo).port, shown };
process.send?.(floor);
