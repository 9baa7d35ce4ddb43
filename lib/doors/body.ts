/** No request of a robot or a client needs more. */
export const BODY_MAX_BYTES = 64 * 1024;

export type BodyProblem = "too large" | "not UTF-8";

/**
 * Reads a request body as text, strictly.
 * @returns the text, or why it is not read: larger than 64 KiB (measured, whatever Content-Length says) or not UTF-8
 */
export async function readBody(
  request: Request,
): Promise<{ ok: true; text: string } | { ok: false; problem: BodyProblem }> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > BODY_MAX_BYTES) return { ok: false, problem: "too large" };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) return { ok: false, problem: "too large" };
    chunks.push(chunk);
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { ok: false, problem: "not UTF-8" };
  }
}

/** @returns the media type without parameters, lower case; empty when there is none. */
export function mediaType(request: Request): string {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase();
}
