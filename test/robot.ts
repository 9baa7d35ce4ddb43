import { crc32 } from "node:zlib";
import { expect } from "vitest";
import { PROBLEM_CODES } from "@/lib/problem-codes";
import { call } from "./world";

/** What a robot program knows how to say, so that tests read as a conversation. */
export const TOKEN_ENDPOINT = "/api/identity/connect/token";
export const ORCHESTRATOR = "/api/orchestrator";

export type Client = { readonly clientId: string; readonly clientSecret: string };

/** A secret of the right shape and checksum under a known secret id, as somebody who knows the grammar can make it. */
export function forged({ clientSecret }: Client): string {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const body = `${clientSecret.slice(0, 21)}${"0".repeat(43)}`;
  let checksum = "";
  for (let rest = crc32(body); checksum.length < 6; rest = Math.floor(rest / 62)) {
    checksum = digits.charAt(rest % 62) + checksum;
  }
  return body + checksum;
}

/** A form to the token endpoint, as it stands. */
export function postForm(
  parameters: Readonly<Record<string, string>> | string,
  headers: Record<string, string> = {},
  target = TOKEN_ENDPOINT,
): Promise<Response> {
  return call("POST", target, {
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: typeof parameters === "string" ? parameters : new URLSearchParams(parameters).toString(),
  });
}

/** RFC 6749 §2.3.1: both halves form-encoded, then RFC 7617. */
export function basic({ clientId, clientSecret }: Client): Record<string, string> {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

const GRANT = { grant_type: "client_credentials" };

export function askToken(client: Client, parameters: Record<string, string> = {}): Promise<Response> {
  return postForm({ ...GRANT, ...parameters }, basic(client));
}

export function askTokenByPost(client: Client, parameters: Record<string, string> = {}): Promise<Response> {
  return postForm({
    ...GRANT,
    client_id: client.clientId,
    client_secret: client.clientSecret,
    ...parameters,
  });
}

/** An access token that this client just bought. */
export async function buyToken(client: Client, parameters: Record<string, string> = {}): Promise<string> {
  const response = await askToken(client, parameters);
  const body: unknown = await response.json();
  expect(body).toMatchObject({ access_token: expect.any(String) });
  return (body as { access_token: string }).access_token;
}

/** Whatever is refused has a code that is documented. */
async function expectCode(response: Response): Promise<void> {
  const problem: unknown = await response.clone().json();
  const known = Object.keys(PROBLEM_CODES).filter((code) => code !== "unexpected" || response.status >= 500);
  expect(problem).toMatchObject({ status: response.status, code: expect.toBeOneOf(known) });
}

/** A robot's request to the orchestrator; a body is sent as JSON. */
export async function send(
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const response = await call(method, `${ORCHESTRATOR}/${path}`, {
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.status >= 400 && method !== "HEAD") await expectCode(response);
  return response;
}

export type Session = {
  readonly id: string;
  readonly state: string;
  readonly hostName: string;
  readonly credentialId: string;
};

export async function connect(token: string, hostName: string): Promise<Session> {
  const response = await send("POST", "sessions", token, { hostName });
  expect(response.status).toBe(201);
  return (await response.json()) as Session;
}

/** What must be the same about two answers that are to look the same: all but the date and a trace id. */
export async function seen(response: Response): Promise<{ status: number; headers: object; body: string }> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== "date"));
  const body = (await response.text()).replace(/"traceId":"[\da-f]{32}"/, '"traceId":"…"');
  return { status: response.status, headers, body };
}
