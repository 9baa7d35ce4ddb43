import { createHash, randomBytes } from "node:crypto";
import { env } from "@/lib/env";

/** @returns what is stored of a link's token: 256 random bits need no slow hash */
export const digestOf = (token: string) => Uint8Array.from(createHash("sha256").update(token).digest());

/** Makes the token of a link: 256 random bits, of which only a digest is stored. */
export function makeLinkToken(): { token: string; digest: Uint8Array<ArrayBuffer> } {
  const token = randomBytes(32).toString("base64url");
  return { token, digest: digestOf(token) };
}

/** @returns the link. The token stands behind `#`, so that no server, proxy or log on the way sees it. */
export function linkTo(page: "setup" | "invite" | "reset", token: string): string {
  return `${env().origin}/${page}#${token}`;
}
