import { createServer, type RequestListener, type Server } from "node:http";
import { codeOf, Problem } from "./problem";

const stopPatienceMs = 10_000;

/** An HTTP server that is not listening yet, with bounds on how long a client may take. Node.js answers malformed requests with 400 by itself. */
export function httpServer(listener: RequestListener): Server {
  return createServer(
    {
      headersTimeout: 15_000,
      requestTimeout: 60_000,
      // Longer than the minute proxies keep an idle connection, so that they do not send a request into a closing one.
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
    },
    listener,
  );
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
