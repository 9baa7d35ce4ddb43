import { requestBytes } from "./load";

/** What robots ask, as it goes over the wire. `url` is the server's. */
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

type Headers = Readonly<Record<string, string>>;

/** A client's way to a token, its secret in the body. */
export function tokenRequest(
  tokenUrl: string,
  client: { readonly clientId: string; readonly clientSecret: string },
  headers: Headers = {},
): Buffer {
  const form = {
    grant_type: "client_credentials",
    client_id: client.clientId,
    client_secret: client.clientSecret,
  };
  const body = new URLSearchParams(form).toString();
  return requestBytes("POST", tokenUrl, { ...FORM_TYPE, ...headers }, body);
}

export const tokenUrlOf = (url: string): string => `${url}/api/identity/connect/token`;

export const meRequest = (url: string, token: string): Buffer =>
  requestBytes("GET", `${url}/api/orchestrator/me`, { authorization: `Bearer ${token}` });

export const connectRequest = (url: string, token: string, host: object): Buffer =>
  requestBytes(
    "POST",
    `${url}/api/orchestrator/sessions`,
    { ...JSON_TYPE, authorization: `Bearer ${token}` },
    JSON.stringify(host),
  );

export const heartbeatUrl = (url: string, sessionId: string): string =>
  `${url}/api/orchestrator/sessions/${sessionId}/heartbeat`;

export const heartbeatRequest = (url: string, sessionId: string, headers: Headers): Buffer =>
  requestBytes("POST", heartbeatUrl(url, sessionId), { ...JSON_TYPE, ...headers }, "{}");

export const eventsRequest = (url: string, sessionId: string, token: string): Buffer =>
  requestBytes("GET", `${url}/api/orchestrator/sessions/${sessionId}/events`, {
    authorization: `Bearer ${token}`,
  });
