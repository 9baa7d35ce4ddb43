import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import { codeOf, StartupError } from "@/server/lifecycle/startup-error";

/** For files, the database and everything else that is open and no connection of a client. */
const DESCRIPTORS_KEPT = 256;
/** Where the system does not say how many descriptors there are. */
const DESCRIPTORS_SUPPOSED = 16_640;
/** A connection on which neither side moves anything: longer than a long poll waits, and than proxies keep one idle. */
const STILL_MAX_MILLISECONDS = 120_000;

/**
 * How many connections the process can hold, by the descriptors it may have (`ulimit -n`; Node.js raises a soft limit to the hard one).
 * What comes on top is hung up on at once.
 * @param limits what Linux says of the process
 */
export function connectionsMax(limits = limitsOfProcess()): number {
  const descriptors = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? DESCRIPTORS_SUPPOSED);
  return Math.max(descriptors - DESCRIPTORS_KEPT, Math.ceil(descriptors / 2));
}

function limitsOfProcess(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}

/** How long a client may be silent while its request comes in. One that goes on sending has a minute. */
const SILENCE_MAX_MILLISECONDS = 9_000;

const BODY_TIMEOUT = Object.assign(new Error("the body does not come"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });

/**
 * How many connections may wait to be accepted while the thread is busy; the system lowers it to what it allows. With Node.js's 511 a fleet that
 * comes back in one second overflows it, and what came on top waits for TCP's retransmissions, up to half a minute.
 */
const BACKLOG = 16_384;

const STOP_PATIENCE_MILLISECONDS = 10_000;

/** What Node.js found wrong with what came in, and the status that says so; everything else is 400. */
const MALFORMED_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * An HTTP server that is not listening yet, with bounds on how long a client may take and how much it may say.
 * @param headerLines header lines for the answers to what is no request
 */
export function httpServer(listener: RequestListener, headerLines = ""): Server {
  const answers = new WeakMap<Socket, ServerResponse>();
  const server = createServer(
    {
      headersTimeout: SILENCE_MAX_MILLISECONDS,
      requestTimeout: 60_000,
      // Longer than the minute proxies keep an idle connection, so that they do not send a request into a closing one.
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16 * 1024,
      // A request without a host is refused by the checks (request-checks.ts).
      requireHostHeader: false,
    },
    (request, response) => {
      answers.set(request.socket, response);
      listener(request, response);
      expectBody(request, response);
    },
  );
  const expectBody = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "GET" || request.method === "HEAD") return;
    // Most bodies are here by then.
    setImmediate(() => {
      if (request.complete || request.destroyed || response.writableFinished) return;
      const { socket } = request;
      request.setTimeout(SILENCE_MAX_MILLISECONDS, () => server.emit("clientError", BODY_TIMEOUT, socket));
      // From the end of the answer on, the time limit is that of an idle connection.
      request.once("end", () => response.writableFinished || socket.setTimeout(STILL_MAX_MILLISECONDS));
    });
  };
  server.maxConnections = connectionsMax();
  // Whoever does not read an answer, such as a stream of events, is hung up on.
  server.timeout = STILL_MAX_MILLISECONDS;
  server.on("checkExpectation", (request, response) => {
    answers.set(request.socket, response);
    // An expectation we do not know is met by answering without it (RFC 9110 §10.1.1).
    listener(request, response);
    expectBody(request, response);
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
  const status = MALFORMED_STATUS[code] ?? 400;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headerLines}connection: close\r\ncontent-length: 0\r\n\r\n`;
}

/**
 * Starts to listen.
 * @param host address to listen on; undefined means all
 * @param setting the variable that says the port
 * @throws StartupError when the port or the address cannot be had.
 */
export function listen(
  server: Server,
  port: number,
  host: string | undefined,
  setting = "PORT",
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenProblem(error, port, host, setting)));
    server.listen({ port, backlog: BACKLOG, ...(host === undefined ? {} : { host }) }, () => {
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
  const giveUp = setTimeout(() => server.closeAllConnections(), STOP_PATIENCE_MILLISECONDS);
  await closed;
  clearInterval(sweep);
  clearTimeout(giveUp);
}

function listenProblem(error: unknown, port: number, host: string | undefined, setting: string): unknown {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartupError(
        `Port ${port} is already in use. Stop the program that uses it, or set ${setting} to another number.`,
      );
    case "EACCES":
      return new StartupError(
        `This user may not listen on port ${port}. Set ${setting} to a number above 1023.`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartupError(
        `HOST is ${host}, which is no address of this machine. Correct it, or remove it to listen on all addresses.`,
      );
    default:
      return error;
  }
}
