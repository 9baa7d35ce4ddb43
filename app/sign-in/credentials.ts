import { signIn } from "next-auth/react";
import type { Credentials, SignInAnswer } from "@/components/admins/sign-in-form";
import { formatQuantity } from "@/lib/format";

const AWAY = "The server cannot sign anybody in right now. Try again in a moment.";

const REFUSED: Readonly<Record<string, string>> = {
  CredentialsSignin: "Email or password is wrong.",
  WrongCode: "This code is wrong, or was used already. Wait for the next one.",
};

/** @returns that they are in, that a code is needed, or why it failed, as the person should read it */
export async function signInWithPassword(credentials: Credentials): Promise<SignInAnswer> {
  // next-auth leaves the page for its own error page when the server is away, and with it goes what was typed: ask first.
  const isThere = await fetch("/api/auth/csrf", { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
  if (!isThere) return { refused: AWAY };
  const answer = await signIn("credentials", { ...credentials, redirect: false }).catch(() => undefined);
  if (!answer) return { refused: AWAY };
  if (answer.ok && !answer.error) return "in";
  if (answer.error === "SecondFactor") return "code";
  const seconds = /^TooManyAttempts:(\d+)$/.exec(answer.error ?? "")?.[1];
  if (seconds)
    return { refused: `Too many attempts. Try again in ${formatQuantity(Number(seconds), "second")}.` };
  return { refused: REFUSED[answer.error ?? ""] ?? AWAY };
}
