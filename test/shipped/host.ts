import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { eventsOf, type ServerEvent } from "@/robot/event-stream";

/** A host that says what a test tells it to, over HTTP, and obeys nothing. */
export type Host = {
  readonly sessionId: string;
  /** @returns the same host, with the same token and session, at another server process */
  at(url: string): Host;
  send(method: string, path: string, body?: object): Promise<Response>;
  /** Asks for a job. @returns the response, when the server gives one */
  poll(waitSeconds: number): Promise<Response>;
  /** As `poll`. @returns, when the server has begun to read the request, where its answer's status will be */
  pollThatArrived(waitSeconds: number): Promise<{ readonly status: Promise<number> }>;
  /** Opens the stream of events; resolves when it is ready. */
  listen(): Promise<HostStream>;
};

/** What a host hears. */
export type HostStream = {
  /** @returns the next event that is not about new work; null when the server has closed the stream */
  next(): Promise<ServerEvent | null>;
  hangUp(): Promise<void>;
};

/** What a host shows, and where. */
export type HostOptions = {
  /** Of the server process that it talks to. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly hostName: string;
};

async function buyToken({ url, clientId, clientSecret }: HostOptions): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  const response = await fetch(`${url}/api/identity/connect/token`, { method: "POST", body });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function listenTo(response: Response): Promise<HostStream> {
  if (!response.ok || !response.body) throw new Error(`the stream of events answers ${response.status}`);
  const events = eventsOf(response.body, () => undefined);
  const next = async (): Promise<ServerEvent | null> => {
    for (;;) {
      const { value, done } = await events.next();
      if (done) return null;
      if (value.type !== "job-available") return value;
    }
  };
  const first = await next();
  if (first?.type !== "ready") throw new Error(`the stream of events begins with ${first?.type}`);
  return { next, hangUp: async () => void (await events.return(undefined)) };
}

/** Buys a token and connects. */
export async function connectHost(options: HostOptions): Promise<Host> {
  const authorization = `Bearer ${await buyToken(options)}`;
  const sendTo = (url: string, method: string, path: string, body?: object) =>
    fetch(`${url}/api/orchestrator/${path}`, {
      method,
      headers: { authorization, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const opened = await sendTo(options.url, "POST", "sessions", { hostName: options.hostName });
  if (opened.status !== 201) throw new Error(`connecting answers ${opened.status}: ${await opened.text()}`);
  const { id: sessionId } = (await opened.json()) as { id: string };
  const at = (url: string): Host => ({
    sessionId,
    at,
    send: (method, path, body) => sendTo(url, method, path, body),
    poll: (waitSeconds) => sendTo(url, "POST", `sessions/${sessionId}/jobs/next`, { waitSeconds }),
    pollThatArrived: (waitSeconds) =>
      new Promise((resolve, reject) => {
        const asking = request(`${url}/api/orchestrator/sessions/${sessionId}/jobs/next`, {
          method: "POST",
          agent: false,
          // RFC 9110 §10.1.1: the server says that it has the head of the request.
          headers: { authorization, "content-type": "application/json", expect: "100-continue" },
        });
        const status = once(asking, "response").then(([answer]: IncomingMessage[]) => {
          answer?.resume();
          return answer?.statusCode ?? 0;
        });
        asking.once("continue", () => {
          asking.end(JSON.stringify({ waitSeconds }));
          resolve({ status });
        });
        asking.once("error", reject);
        asking.flushHeaders();
      }),
    listen: async () => listenTo(await sendTo(url, "GET", `sessions/${sessionId}/events`)),
  });
  return at(options.url);
}
