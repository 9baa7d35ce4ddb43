import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import { codeOf, Problem } from "./problem";

/** Fewer than the descriptors that a process usually gets; what comes on top is hung up on at once. */
const maxConnections = 16_384;

const stopPatienceMs = 10_000;

/** What Node.js found wrong with what came in, and the status that says so; everything else is 400. */
const malformedStatus: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * An HTTP server that is not listening yet, with bounds on how long a client may take and how much it may say.
 *
 * @param headerLines header lines for the answers to what is no request
 */
export function httpServer(listener: RequestListener, headerLines = ""): Server {
  const answers = new WeakMap<Socket, ServerResponse>();
  const server = createServer(
    {
      headersTimeout: 15_000,
      requestTimeout: 60_000,
      // Longer than the minute proxies keep an idle connection, so that they do not send a request into a closing one.
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16 * 1024,
      // The doorstep refuses a request without a host.
      requireHostHeader: false,
    },
    (request, response) => {
      answers.set(request.socket, response);
      listener(request, response);
    },
  );
  server.maxConnections = maxConnections;
  server.on("checkExpectation", (request, response) => {
    answers.set(request.socket, response);
    // An expectation we do not know is met by answering without it (RFC 9110 §10.1.1).
    listener(request, response);
  });
  server.on("clientError", (error, socket) => {
    const begun = answers.get(socket as Socket);
    const isBusy = begun?.headersSent === true && !begun.writableFinished;
    if (socket.writable && !isBusy) socket.write(refusalOfMalformed(codeOf(error) ?? "", headerLines));
    (socket as Socket).destroySoon();
  });
  return server;
}

function refusalOfMalformed(code: string, headerLines: string): string {
  const status = malformedStatus[code] ?? 400;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headerLines}connection: close\r\ncontent-length: 0\r\n\r\n`;
}

/**
 * Starts to listen.
 *
 * @param host address to listen on; undefined means all
 * @throws Problem when the port or the address cannot be had.
 */
export function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenProblem(error, port, host)));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

/** Stops listening and resolves when the requests in flight have been answered, after ten seconds at the latest. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  // A connection that was busy at first becomes idle when its answer is out.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const giveUp = setTimeout(() => server.closeAllConnections(), stopPatienceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(giveUp);
}

function listenProblem(error: unknown, port: number, host: string | undefined): unknown {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new Problem(
        `Port ${port} is already in use. Stop the program that uses it, or set PORT to another number.`,
      );
    case "EACCES":
      return new Problem(`This user may not listen on port ${port}. Set PORT to a number above 1023.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Problem(
        `HOST is ${host}, which is no address of this machine. Correct it, or remove it to listen on all addresses.`,
      );
    default:
      return error;
  }
}
