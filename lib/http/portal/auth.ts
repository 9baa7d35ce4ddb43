import { NextRequest } from "next/server";
import NextAuth, { type NextAuthOptions } from "next-auth";
import { getToken } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { DATABASE_RETRY_AFTER_SECONDS, database, inTransaction } from "@/lib/db";
import { env } from "@/lib/env";
import { mediaType, readBody } from "@/lib/http/body";
import { callerAddress } from "@/lib/http/caller";
import { apiRequest } from "@/lib/http/web-request";
import { parseForm } from "@/lib/identity/form";
import { derivedKey } from "@/lib/keys";
import { log } from "@/lib/log";
import { FIRST_TIME_PATH, SIGN_IN_PATH } from "@/lib/paths";
import { signOut } from "@/lib/users/commands/sign-in";
import { PasswordsBusyError } from "@/lib/users/password-work";
import { SIGN_IN_LIFETIME_SECONDS } from "@/lib/users/rules";
import { signInCookies } from "./cookies";
import { knownBrowserCookie } from "./known-browser";
import { SignInError, signInByPassword, type Visitor } from "./password-sign-in";
import { receive, SINGLE_SIGN_ON, singleSignOnProvider } from "./single-sign-on";

type Attempt = Visitor & {
  /** Set by a success, so that the handler can make this browser a known one. */
  signedInAs: string | null;
  /** The sign-in of somebody who came back from the OpenID provider. */
  arrivedAs: string | null;
  /** Whatever else opened their account ended just now: they are told on a page of its own, before they go on. */
  endedProofs: boolean;
  /** What the browser's cookie said before: whoever comes back from the provider may have been signed in. */
  readonly replaces: unknown;
  /** Set when nobody could be asked whether the password is right. */
  isUnanswered: boolean;
};

const signInCookieSchema = z.object({ signInId: z.uuid() });

/** The cookie goes whatever happens here; a sign-in that could not be ended now ends with its lifetime. */
async function leave(token: unknown, address: string | null): Promise<void> {
  const cookie = signInCookieSchema.safeParse(token);
  if (!cookie.success) return;
  try {
    await inTransaction(database(), (db) =>
      signOut({ db, actor: { kind: "anonymous", address }, now: new Date() }, cookie.data),
    );
  } catch (error) {
    log.error({ err: error }, "sign-out failed");
  }
}

/** next-auth's configuration: a JWT session cookie that names a sign-in, and says nothing else. */
export function authOptions(attempt: Attempt | null = null): NextAuthOptions {
  return {
    secret: derivedKey("sign-in cookie").toString("base64"),
    session: { strategy: "jwt", maxAge: SIGN_IN_LIFETIME_SECONDS },
    pages: { signIn: SIGN_IN_PATH, error: SIGN_IN_PATH, signOut: SIGN_IN_PATH },
    useSecureCookies: env().origin.startsWith("https:"),
    cookies: signInCookies(),
    providers: providers(attempt),
    callbacks: {
      // Of whoever comes back from the provider; a password was looked at before this.
      signIn: ({ account, profile }) =>
        account?.provider === SINGLE_SIGN_ON && attempt
          ? letIn(attempt, profile)
          : account?.type === "credentials",
      jwt: ({ token, user }) => (user ? { signInId: attempt?.arrivedAs ?? user.id } : token),
      session: ({ session, token }) => ({ expires: session.expires, signInId: token.signInId }),
      redirect: ({ url, baseUrl }) =>
        url.startsWith("/") && !url.startsWith("//") ? baseUrl + url : baseUrl,
    },
    events: { signOut: ({ token }) => leave(token, attempt?.address ?? null) },
    logger: {
      error: (code) => log.debug({ code }, "next-auth"),
      warn: (code) => log.debug({ code }, "next-auth"),
      debug: () => undefined,
    },
  };
}

/** @returns whether they are in, or the address of the page that says why not */
async function letIn(attempt: Attempt, profile: unknown): Promise<boolean | string> {
  try {
    const outcome = await receive(profile, attempt);
    if ("refused" in outcome) return `${SIGN_IN_PATH}?error=${outcome.refused}`;
    attempt.arrivedAs = outcome.signInId;
    attempt.endedProofs = outcome.endedProofs;
    // Whoever proves again who they are comes back with a new sign-in; the one they left with is over.
    await leave(attempt.replaces, attempt.address);
    return true;
  } catch (error) {
    log.error({ err: error }, "single sign-on failed");
    return `${SIGN_IN_PATH}?error=Unavailable`;
  }
}

function providers(attempt: Attempt | null): NextAuthOptions["providers"] {
  const sso = singleSignOnProvider();
  return [
    ...(sso ? [sso] : []),
    ...(env().isPasswordSignInOn
      ? [
          Credentials({
            credentials: { email: {}, password: {}, code: {} },
            authorize: async (credentials) => {
              if (!attempt) return null;
              try {
                const signIn = await signInByPassword(attempt, credentials);
                attempt.signedInAs = signIn?.account ?? null;
                return signIn;
              } catch (error) {
                if (error instanceof SignInError) throw error;
                if (!(error instanceof PasswordsBusyError)) log.error({ err: error }, "sign-in failed");
                attempt.isUnanswered = true;
                throw new SignInError("Unavailable");
              }
            },
          }),
        ]
      : []),
  ];
}

/** What the portal asks of next-auth, which would answer more, with pages of its own look. */
const methodsOf = (): ReadonlyMap<string, readonly string[]> =>
  new Map<string, readonly string[]>([
    ["csrf", ["GET"]],
    ["providers", ["GET"]],
    ["session", ["GET"]],
    ["signin", ["GET"]],
    ["signout", ["GET", "POST"]],
    ["error", ["GET"]],
    ...(env().isPasswordSignInOn ? ([["callback/credentials", ["POST"]]] as const) : []),
    ...(env().singleSignOn
      ? ([
          [`signin/${SINGLE_SIGN_ON}`, ["POST"]],
          [`callback/${SINGLE_SIGN_ON}`, ["GET"]],
        ] as const)
      : []),
  ]);

const refusal = (status: number, message: string, headers: Record<string, string> = {}) =>
  Response.json({ message }, { status, headers: { "cache-control": "no-store", ...headers } });

/** The request with its body read, or the answer to one that cannot be read: next-auth would call that a failure of the server. */
async function readable(request: NextRequest): Promise<NextRequest | Response> {
  if (request.method !== "POST") return request;
  const asked = apiRequest(request);
  if (mediaType(asked) !== "application/x-www-form-urlencoded") {
    return refusal(415, "Send Content-Type: application/x-www-form-urlencoded.");
  }
  const body = await readBody(asked);
  if (!body.ok) return refusal(body.problem === "too large" ? 413 : 400, `The body is ${body.problem}.`);
  const form = parseForm(body.text);
  if (!form) return refusal(400, "The body is not well-formed form encoding.");
  if (form.duplicate !== null) return refusal(400, "A parameter was sent more than once.");
  return new NextRequest(request.url, { method: "POST", headers: request.headers, body: body.text });
}

function pathOf(location: string): string {
  const { pathname, search, hash } = new URL(location, env().origin);
  return pathname + search + hash;
}

/** next-auth's own addresses (`/api/auth/…`), as far as the portal uses them; whatever cannot be read is a 4xx. */
export async function authHandler(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const methods = methodsOf().get((await context.params).nextauth.join("/"));
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
    userAgent: request.headers.get("user-agent") ?? "",
    signedInAs: null,
    arrivedAs: null,
    endedProofs: false,
    replaces: await getToken({
      req: request,
      secret: derivedKey("sign-in cookie").toString("base64"),
      cookieName: signInCookies().sessionToken?.name ?? "",
    }).catch(() => null),
    isUnanswered: false,
  };
  const response: Response = await NextAuth(read, context, authOptions(attempt));
  // Our configuration is complete, so this is what it says of a callback address, in the query or a cookie, that is none.
  if (response.status >= 500) return refusal(400, "The callback address is not a URL or a path.");
  const goesTo = response.headers.get("location");
  if (attempt.endedProofs && goesTo !== null) {
    response.headers.set(
      "location",
      `${FIRST_TIME_PATH}?${new URLSearchParams({ callbackUrl: pathOf(goesTo) })}`,
    );
  }
  if (attempt.signedInAs) response.headers.append("set-cookie", knownBrowserCookie(attempt.signedInAs));
  if (!attempt.isUnanswered) return response;
  response.headers.set("retry-after", String(DATABASE_RETRY_AFTER_SECONDS));
  return new Response(response.body, { status: 503, headers: response.headers });
}
