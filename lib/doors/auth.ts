import { NextRequest } from "next/server";
import NextAuth, { type NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { checkPassword, recordRefusedSignIn, recordSignIn, recordSignOut } from "@/lib/admins/commands";
import { emailKey, SIGN_IN_LIFETIME_SECONDS } from "@/lib/admins/rules";
import { signInSchema } from "@/lib/admins/schema";
import { countAttempt } from "@/lib/admins/throttle";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { DATABASE_RETRY_AFTER_SECONDS, database } from "@/lib/db";
import { env } from "@/lib/env";
import { parseForm } from "@/lib/identity/form";
import { derivedKey } from "@/lib/keys";
import { log } from "@/lib/log";
import { mediaType, readBody } from "./body";
import { callerAddress } from "./caller";
import { knownBrowserCookie, knownBrowserOf } from "./known-browser";

type Attempt = {
  readonly address: string | null;
  readonly cookies: string | null;
  /** Set by a success, so that the handler can make this browser a known one. */
  signedInAs: string | null;
  /** Set when nobody could be asked whether the password is right. */
  isUnanswered: boolean;
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
    await inTransaction((ctx) => recordRefusedSignIn(ctx, { email }));
    log.info({ event: "admin.sign_in_refused", address: attempt.address }, "sign-in refused");
    return null;
  }
  await inTransaction((ctx) => recordSignIn(ctx, admin, knownBrowser));
  attempt.signedInAs = account;
  return { id: admin.id, email: admin.email };
}

/** The record says that somebody signed out; that it cannot be written keeps nobody signed in. */
async function signOut({ address }: Attempt, adminId: unknown): Promise<void> {
  if (typeof adminId !== "string") return;
  const actor: AnonymousActor = { kind: "anonymous", address };
  try {
    await database().prisma.$transaction((db) => recordSignOut({ db, actor, now: new Date() }, { adminId }));
  } catch (error) {
    log.error({ err: error }, "a sign-out was not recorded");
  }
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
            attempt.isUnanswered = true;
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
    // next-auth has no session of its own here: the cookie that is given back says who it was.
    events: { signOut: ({ token }) => (attempt ? signOut(attempt, token?.sub) : undefined) },
    logger: {
      error: (code) => log.debug({ code }, "next-auth"),
      warn: (code) => log.debug({ code }, "next-auth"),
      debug: () => undefined,
    },
  };
}

/** What the portal asks of next-auth, which would answer more, with pages of its own look. */
const METHODS = new Map<string, readonly string[]>([
  ["csrf", ["GET"]],
  ["providers", ["GET"]],
  ["session", ["GET"]],
  ["signin", ["GET"]],
  ["signout", ["GET", "POST"]],
  ["error", ["GET"]],
  ["callback/credentials", ["POST"]],
]);

const refusal = (status: number, message: string, headers: Record<string, string> = {}) =>
  Response.json({ message }, { status, headers: { "cache-control": "no-store", ...headers } });

/** The request with its body read, or the answer to one that cannot be read: next-auth would call that a failure of the server. */
async function readable(request: NextRequest): Promise<NextRequest | Response> {
  if (request.method !== "POST") return request;
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    return refusal(415, "Send Content-Type: application/x-www-form-urlencoded.");
  }
  const body = await readBody(request);
  if (!body.ok) return refusal(body.problem === "too large" ? 413 : 400, `The body is ${body.problem}.`);
  const form = parseForm(body.text);
  if (!form) return refusal(400, "The body is not well-formed form encoding.");
  if (form.duplicate !== null) return refusal(400, "A parameter was sent more than once.");
  return new NextRequest(request.url, { method: "POST", headers: request.headers, body: body.text });
}

/** next-auth's own addresses (`/api/auth/…`), as far as the portal uses them; whatever cannot be read is a 4xx. */
export async function authHandler(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const methods = METHODS.get((await context.params).nextauth.join("/"));
  if (!methods) return refusal(404, "There is no such address.");
  if (!methods.includes(request.method)) {
    const allow = methods.join(", ");
    return refusal(405, `Use ${allow}.`, { allow });
  }
  const read = await readable(request);
  if (read instanceof Response) return read;
  const attempt: Attempt = {
    address: callerAddress(request.headers),
    cookies: request.headers.get("cookie"),
    signedInAs: null,
    isUnanswered: false,
  };
  const response: Response = await NextAuth(read, context, authOptions(attempt));
  // Our configuration is complete, so this is what it says of a callback address, in the query or a cookie, that is none.
  if (response.status >= 500) return refusal(400, "The callback address is not a URL or a path.");
  if (attempt.signedInAs) response.headers.append("set-cookie", knownBrowserCookie(attempt.signedInAs));
  if (!attempt.isUnanswered) return response;
  response.headers.set("retry-after", String(DATABASE_RETRY_AFTER_SECONDS));
  return new Response(response.body, { status: 503, headers: response.headers });
}
