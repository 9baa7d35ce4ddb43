import type { NextAuthOptions } from "next-auth";
import { env } from "@/lib/env";
import { MINUTE_SECONDS } from "@/lib/time";

const isSecure = () => env().origin.startsWith("https:");

/**
 * The name under which a browser keeps a cookie of ours. Over https it begins with `__Host-`: browsers then take the cookie only
 * from this very host, over https and for all of it, so that no neighbour under the same domain can plant one (RFC 6265bis §4.1.3.2).
 */
export const cookieName = (name: string): string => (isSecure() ? `__Host-${name}` : name);

/** What every cookie of ours has: no script reads it, no other site's form sends it, one path. */
export const cookieAttributes = () =>
  ({ httpOnly: true, sameSite: "lax", secure: isSecure(), path: "/" }) as const;

/** next-auth's cookies under our names; by itself it gives `__Host-` to one of the three. */
export function signInCookies(): NonNullable<NextAuthOptions["cookies"]> {
  const cookie = (name: string) => ({ name: cookieName(name), options: cookieAttributes() });
  const passing = (name: string) => ({
    name: cookieName(name),
    options: { ...cookieAttributes(), maxAge: 15 * MINUTE_SECONDS },
  });
  return {
    sessionToken: cookie("next-auth.session-token"),
    callbackUrl: cookie("next-auth.callback-url"),
    csrfToken: cookie("next-auth.csrf-token"),
    // Between here and the provider, for as long as somebody may take there.
    pkceCodeVerifier: passing("next-auth.pkce.code_verifier"),
    state: passing("next-auth.state"),
    nonce: passing("next-auth.nonce"),
  };
}
