import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

/** A way to the portal that knows what is asked over it, and can lose an answer after the server has given it. */
export type PortalProxy = {
  readonly url: string;
  /** What has been asked so far, as `POST /path`. */
  readonly asked: readonly string[];
  /**
   * Loses the next successful answer with content to what matches.
   * @param first what is done when the answer is there and its loss has not been noticed yet
   * @returns when it is lost
   */
  loseAnswer(asked: RegExp, first?: () => void): Promise<void>;
  /** @param address where the portal listens */
  passTo(address: string): void;
  close(): Promise<void>;
};

const HOP_BY_HOP = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "expect",
]);

const passedOn = (message: IncomingMessage) =>
  Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
    HOP_BY_HOP.has(name) || value === undefined ? [] : [[name, String(value)]],
  );

/** Started before the portal, whose `ORIGIN` is the proxy's address, as that of a proxy in front of it is. */
export async function portalProxy(): Promise<PortalProxy> {
  const asked: string[] = [];
  let losing: { readonly what: RegExp; readonly first: () => void; readonly lost: () => void } | undefined;
  let portal = "";

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method} ${request.url}`;
    asked.push(what);
    const hungUp = new AbortController();
    response.once("close", () => hungUp.abort());
    const body = request.method === "GET" ? null : Uint8Array.from(await buffer(request));
    const answer = await fetch(`${portal}${request.url}`, {
      method: request.method ?? "GET",
      headers: passedOn(request),
      body,
      signal: hungUp.signal,
      redirect: "manual",
    });
    const headers = [...answer.headers].filter(
      ([name]) => !HOP_BY_HOP.has(name) && name !== "content-encoding",
    );
    if (answer.body && answer.headers.get("content-type") === "text/event-stream") {
      response.writeHead(answer.status, Object.fromEntries(headers));
      Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
        .on("error", () => response.destroy())
        .pipe(response);
      return;
    }
    const text = await answer.text();
    if (losing?.what.test(what) && answer.status === 200) {
      const { first, lost } = losing;
      losing = undefined;
      first();
      response.destroy();
      lost();
      return;
    }
    response.writeHead(answer.status, Object.fromEntries(headers)).end(text);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    loseAnswer: (what, first = () => undefined) =>
      new Promise((lost) => {
        losing = { what, first, lost };
      }),
    passTo: (address) => {
      portal = address;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
