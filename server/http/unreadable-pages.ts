import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./request-checks";

/** What Next.js calls a server action by: a byte of flags and a SHA-1, in hexadecimal. */
const ACTION_ID = /^[\da-f]{42}$/;

/**
 * Refuses what Next.js would throw at instead of answering: its own headers in a form that it does not send, and forms that no page of ours sends.
 * @param readRouterState Next.js's own reading of that header, which throws at what it cannot read
 * @returns true when the request was refused and answered.
 */
export function refuseUnreadablePage(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  readRouterState: (header: string | string[] | undefined) => unknown,
): boolean {
  try {
    readRouterState(headers["next-router-state-tree"]);
  } catch {
    return refuse(response, 400, "The router state cannot be read. Reload the page.");
  }
  const action = headers["next-action"];
  if (action !== undefined && !ACTION_ID.test(String(action))) {
    return refuse(response, 400, "The action cannot be read. Reload the page.");
  }
  const isForm = method === "POST" && action === undefined;
  if (isForm && /^multipart\/form-data/i.test(headers["content-type"] ?? "")) {
    return refuse(response, 415, "No page takes a form of this kind.");
  }
  return false;
}
