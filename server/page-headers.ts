import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

const policyHeader = "content-security-policy";

/**
 * Puts the headers on an answer that keep a browser from being used against its owner. Next.js finds the nonce for its own scripts in the
 * request's policy, so that header is set there too, over whatever the client sent.
 *
 * @param secure whether people come over https
 * @param dev in development Next.js evaluates code and opens a socket of its own
 */
export function protectPage(
  request: IncomingMessage,
  response: ServerResponse,
  { secure, dev }: { secure: boolean; dev: boolean },
): void {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${dev ? " 'unsafe-inline'" : ""}`,
    // The component library renders style attributes for its hidden inputs.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `connect-src 'self'${dev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  request.headers[policyHeader] = policy;
  response.setHeader(policyHeader, policy);
  response.setHeader("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("x-content-type-options", "nosniff");
  if (secure) response.setHeader("strict-transport-security", "max-age=31536000");
}
