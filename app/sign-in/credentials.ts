import { signIn } from "next-auth/react";
import { formatQuantity } from "@/lib/format";

const AWAY = "The server cannot sign anybody in right now. Try again in a moment.";
const WRONG = "Email or password is wrong.";

/** @returns why it failed, as the person should read it, or null when they are in */
export async function signInWithPassword(credentials: {
  email: string;
  password: string;
}): Promise<string | null> {
  // next-auth leaves the page for its own error page when the server is away, and with it goes what was typed: ask first.
  const isThere = await fetch("/api/auth/csrf", { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
  if (!isThere) return AWAY;
  const answer = await signIn("credentials", { ...credentials, redirect: false }).catch(() => undefined);
  if (!answer) return AWAY;
  if (answer.ok && !answer.error) return null;
  const seconds = /^TooManyAttempts:(\d+)$/.exec(answer.error ?? "")?.[1];
  if (seconds) return `Too many attempts. Try again in ${formatQuantity(Number(seconds), "second")}.`;
  return answer.error === "CredentialsSignin" ? WRONG : AWAY;
}
