import { isUtf8 } from "node:buffer";
import type { ApiRequest } from "@/lib/api-request";

/** No request of a robot or a client needs more. */
export const BODY_MAX_BYTES = 64 * 1024;

/** What is read of a request to know its body. */
export type WithBody = Pick<ApiRequest, "bytes" | "header">;

export type BodyProblem = "too large" | "not UTF-8";

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Reads a request body as text, strictly.
 * @param maxBytes 64 KiB unless the address takes more
 * @returns the text, or why it is not read: too large (measured, whatever Content-Length says) or not UTF-8
 */
export async function readBody(
  request: WithBody,
  maxBytes = BODY_MAX_BYTES,
): Promise<{ ok: true; text: string } | { ok: false; problem: BodyProblem }> {
  const bytes = await request.bytes(maxBytes);
  if (!bytes) return { ok: false, problem: "too large" };
  if (!isUtf8(bytes)) return { ok: false, problem: "not UTF-8" };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return { ok: true, text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
}

/** @returns the media type without parameters, lower case; empty when there is none. */
export function mediaType(request: WithBody): string {
  const [type = ""] = (request.header("content-type") ?? "").split(";", 1);
  return type.trim().toLowerCase();
}
