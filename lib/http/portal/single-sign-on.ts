import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import { judgeArrival } from "@/lib/arrival-rules";
import type { AnonymousActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { perform } from "@/lib/http/deeds";
import { CLOCK_SKEW_SECONDS } from "@/lib/identity/rules";
import { log } from "@/lib/log";
import { atNumericDate, DAY_SECONDS, SECOND_MILLISECONDS, secondsUntil } from "@/lib/time";
import { type Arrived, arrive, recordRefusedArrival } from "@/lib/users/commands/arrive";

/** The name of the provider in next-auth's addresses. */
export const SINGLE_SIGN_ON = "sso";

const PROVIDER_TIMEOUT_MILLISECONDS = 10 * SECOND_MILLISECONDS;

/** What an ID token must say before anything else is looked at (OpenID Connect Core §2). */
const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  auth_time: z.number().optional().catch(undefined),
});
type Claims = z.output<typeof claimsSchema>;

/**
 * The configured OpenID provider as next-auth takes it: authorization code with PKCE, state and nonce; next-auth checks the ID
 * token (OpenID Connect Core §3.1.3.7). @returns null where none is configured
 */
export function singleSignOnProvider(): OAuthConfig<Claims> | null {
  const sso = env().singleSignOn;
  if (!sso) return null;
  return {
    id: SINGLE_SIGN_ON,
    name: sso.name,
    type: "oauth",
    wellKnown: `${sso.issuer}/.well-known/openid-configuration`,
    issuer: sso.issuer,
    clientId: sso.clientId,
    clientSecret: sso.clientSecret,
    authorization: { params: { scope: "openid email profile" } },
    checks: ["pkce", "state", "nonce"],
    idToken: true,
    httpOptions: { timeout: PROVIDER_TIMEOUT_MILLISECONDS },
    profile: ({ sub }) => ({ id: sub }),
  };
}

/**
 * @returns when somebody last proved who they are (OpenID Connect Core §2 `auth_time`); null where the provider does not say, or
 *   says a time that has not come or is over a day ago: it proves nothing, and a number may lie beyond all dates
 */
function provedAt({ auth_time: seconds }: Claims, now: Date): Date | null {
  if (seconds === undefined) return null;
  const aheadSeconds = secondsUntil(seconds, now);
  return aheadSeconds > CLOCK_SKEW_SECONDS || aheadSeconds < -DAY_SECONDS ? null : atNumericDate(seconds);
}

/** What the sign-in page is told; the log and the record know more. */
export type ArrivalRefusal = "SsoEmail" | "SsoRefused";

/** Somebody came back from the provider. @returns the sign-in, or what the sign-in page says */
export async function receive(
  profile: unknown,
  from: { readonly address: string | null; readonly userAgent: string },
): Promise<Arrived | { readonly refused: ArrivalRefusal }> {
  const claims = claimsSchema.parse(profile);
  const rules = env().singleSignOn?.rules;
  if (!rules) return { refused: "SsoRefused" };
  const actor: AnonymousActor = { kind: "anonymous", address: from.address };
  const refuse = (reason: string, says: ArrivalRefusal) => {
    log.info({ event: "admin.sign_in_refused", reason, address: from.address }, "sign-in refused");
    return { refused: says };
  };
  const verdict = judgeArrival(claims, rules);
  if (!verdict.isLetIn) {
    await perform(actor, recordRefusedArrival, { issuer: claims.iss, subject: claims.sub });
    return refuse(verdict.reason, verdict.reason === "email" ? "SsoEmail" : "SsoRefused");
  }
  const arrival = {
    issuer: claims.iss,
    subject: claims.sub,
    email: verdict.email,
    role: verdict.role,
    tenantSlug: rules.tenantSlug,
    provedAt: provedAt(claims, new Date()),
  };
  const outcome = await perform(actor, (ctx) => arrive(ctx, arrival, from.userAgent), null);
  return "signInId" in outcome ? outcome : refuse(outcome.refused, "SsoRefused");
}

/** How people sign in here: what they call the OpenID provider, and whether passwords of Latchkey are taken. */
export function waysIn(): { readonly provider: string | null; readonly hasPasswords: boolean } {
  const { singleSignOn, isPasswordSignInOn } = env();
  return { provider: singleSignOn?.name ?? null, hasPasswords: isPasswordSignInOn };
}
