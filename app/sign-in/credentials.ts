import { signIn } from "next-auth/react";
import { isOpenedElsewhere } from "@/components/shell/opened-elsewhere";
import type { Credentials, SignInAnswer } from "@/components/users/sign-in-form";
import { formatQuantity } from "@/lib/format";

const AWAY = "The server cannot sign anybody in right now. Try again in a moment.";
const ELSEWHERE = "The server does not let anybody in at this address. See above.";
const away = () => ({ refused: isOpenedElsewhere() ? ELSEWHERE : AWAY });

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
  if (!isThere) return away();
  const answer = await signIn("credentials", { ...credentials, redirect: false }).catch(() => undefined);
  if (!answer) return away();
  if (answer.ok && !answer.error) return "in";
  if (answer.error === "SecondFactor") return "code";
  const seconds = /^TooManyAttempts:(\d+)$/.exec(answer.error ?? "")?.[1];
  if (seconds)
    return { refused: `Too many attempts. Try again in ${formatQuantity(Number(seconds), "second")}.` };
  const refused = REFUSED[answer.error ?? ""];
  return refused ? { refused } : away();
}
