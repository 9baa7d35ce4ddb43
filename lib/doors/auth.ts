import type { NextRequest } from "next/server";
import NextAuth, { type NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { checkPassword, recordSignIn } from "@/lib/admins/commands";
import { emailKey, SIGN_IN_LIFETIME_SECONDS } from "@/lib/admins/rules";
import { signInSchema } from "@/lib/admins/schema";
import { countAttempt } from "@/lib/admins/throttle";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { database } from "@/lib/db";
import { env } from "@/lib/env";
import { derivedKey } from "@/lib/keys";
import { log } from "@/lib/log";
import { callerAddress } from "./caller";
import { knownBrowserCookie, knownBrowserOf } from "./known-browser";

type Attempt = {
  readonly address: string | null;
  readonly cookies: string | null;
  /** Set by a success, so that the handler can make this browser a known one. */
  signedInAs: string | null;
};

/** What the sign-in page is told; anything else it shows as "wrong". */
class SignInError extends Error {}

async function signIn(attempt: Attempt, credentials: unknown) {
  const parsed = signInSchema.safeParse(credentials);
  if (!parsed.success) return null;
  const { email, password } = parsed.data;
  const actor: AnonymousActor = { kind: "anonymous", address: attempt.address };
  const { prisma } = database();
  const account = emailKey(email);
  const knownBrowser = knownBrowserOf(attempt.cookies, account);
  const inTransaction = <T>(deed: (ctx: Ctx<AnonymousActor>) => Promise<T>) =>
    prisma.$transaction((db) => deed({ db, actor, now: new Date() }));
  const waitSeconds = await inTransaction((ctx) => countAttempt(ctx, email, knownBrowser));
  if (waitSeconds > 0) throw new SignInError(`TooManyAttempts:${waitSeconds}`);
  const admin = await checkPassword({ db: prisma, actor, now: new Date() }, { email, password });
  if (!admin) {
    log.info({ event: "admin.sign_in_refused", address: attempt.address }, "sign-in refused");
    return null;
  }
  await inTransaction((ctx) => recordSignIn(ctx, admin, knownBrowser));
  attempt.signedInAs = account;
  return { id: admin.id, email: admin.email };
}

/** next-auth's configuration: a JWT session cookie that says who signed in and when, and nothing else. */
export function authOptions(attempt: Attempt | null = null): NextAuthOptions {
  return {
    secret: derivedKey("sign-in cookie").toString("base64"),
    session: { strategy: "jwt", maxAge: SIGN_IN_LIFETIME_SECONDS },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    useSecureCookies: env().origin.startsWith("https:"),
    providers: [
      Credentials({
        credentials: { email: {}, password: {} },
        authorize: async (credentials) => {
          if (!attempt) return null;
          try {
            return await signIn(attempt, credentials);
          } catch (error) {
            if (error instanceof SignInError) throw error;
            log.error({ err: error }, "sign-in failed");
            throw new SignInError("Unavailable");
          }
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? { sub: user.id, signedInAtMilliseconds: Date.now() } : token),
      session: ({ session, token }) => ({
        expires: session.expires,
        adminId: token.sub,
        signedInAtMilliseconds: token.signedInAtMilliseconds,
      }),
      redirect: ({ url, baseUrl }) =>
        url.startsWith("/") && !url.startsWith("//") ? baseUrl + url : baseUrl,
    },
    logger: {
      error: (code) => log.debug({ code }, "next-auth"),
      warn: (code) => log.debug({ code }, "next-auth"),
      debug: () => undefined,
    },
  };
}

/** next-auth's own addresses (`/api/auth/…`). */
export async function authHandler(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const attempt: Attempt = {
    address: callerAddress(request.headers),
    cookies: request.headers.get("cookie"),
    signedInAs: null,
  };
  const response: Response = await NextAuth(request, context, authOptions(attempt));
  if (attempt.signedInAs) response.headers.append("set-cookie", knownBrowserCookie(attempt.signedInAs));
  return response;
}
