import type { IncomingMessage, ServerResponse } from "node:http";
import { DATABASE_RETRY_AFTER_SECONDS } from "@/lib/db";

/**
 * Puts the right status on an answer that Next.js gives 500: 503 with Retry-After while the database is away, and 400 for an action whose
 * arguments it could not read. Our actions answer all their own failures as values, so nothing else of them ends in 500.
 * @param isDatabaseAway asked when Next.js has failed
 */
export function correctStatus(
  request: IncomingMessage,
  response: ServerResponse,
  isDatabaseAway: () => boolean,
): void {
  const isAction = request.headers["next-action"] !== undefined;
  const writeHead = response.writeHead;
  const corrected = (status: number, ...rest: readonly unknown[]) => {
    if (status !== 500) return Reflect.apply(writeHead, response, [status, ...rest]);
    const isAway = isDatabaseAway();
    if (isAway) response.setHeader("retry-after", DATABASE_RETRY_AFTER_SECONDS);
    response.statusCode = isAway ? 503 : isAction ? 400 : 500;
    return Reflect.apply(writeHead, response, [response.statusCode, ...rest]);
  };
  // Node.js calls this for an answer that has no head yet, too.
  Object.assign(response, { writeHead: corrected });
}
